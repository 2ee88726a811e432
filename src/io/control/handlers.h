#pragma once

// One function a route: reads the request, asks the Backend, and answers in JSON.

#include "io/control/routes.h"

namespace iwant::control {

void handle_health(Call call, Answer answer);
void handle_status(Call call, Answer answer);
void handle_peers(Call call, Answer answer);
void handle_config(Call call, Answer answer);
void handle_search(Call call, Answer answer);
void handle_browse(Call call, Answer answer);
void handle_downloads(Call call, Answer answer);
void handle_download(Call call, Answer answer);
void handle_download_status(Call call, Answer answer);
void handle_files(Call call, Answer answer);
void handle_pause(Call call, Answer answer);
void handle_resume(Call call, Answer answer);
void handle_cancel(Call call, Answer answer);
void handle_pause_all(Call call, Answer answer);
void handle_resume_all(Call call, Answer answer);
void handle_cancel_all(Call call, Answer answer);
void handle_move(Call call, Answer answer);
void handle_limits(Call call, Answer answer);
void handle_set_limits(Call call, Answer answer);
void handle_stream(Call call, Answer answer);
void handle_file(Call call, Answer answer);
void handle_share(Call call, Answer answer);
void handle_unshare(Call call, Answer answer);
void handle_set_download_folder(Call call, Answer answer);
void handle_connect(Call call, Answer answer);
void handle_events(Call call, Answer answer);
void handle_doctor(Call call, Answer answer);
void handle_stop(Call call, Answer answer);

}  // namespace iwant::control
