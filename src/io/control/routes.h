#pragma once

// The table of what can be asked over HTTP (doc/openapi.yaml) and the handlers behind it. What is
// not in the table does not exist.

#include <expected>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/control/api.h"
#include "io/control/checks.h"

namespace iwant::control {

/// What goes back over the wire.
struct HttpAnswer {
    unsigned status = 200;
    std::string body;
    std::string_view content_type = "application/json";
    std::string allow;                                               ///< methods, of a 405
    enum class Then { nothing, stop_service } then = Then::nothing;  ///< once it has been sent
};

/// An answer that tells a failure.
HttpAnswer answer_of(const Error& error);
HttpAnswer answer_of(const Rejection& rejection);

struct Call {
    Backend& backend;
    std::vector<std::string> parameters;  ///< what stands for each "{}" of the pattern
    std::string body;
};

/// Called once, on the event thread.
using Answer = std::function<void(HttpAnswer)>;

enum class Access { open, token };

struct Route {
    std::string_view method;
    std::string_view
        pattern;  ///< "{}" stands for one component: a number, a hash or its beginning, "#number"
    Access access;
    void (*handle)(Call call, Answer answer);
};

std::span<const Route> routes();

struct RouteMatch {
    const Route* route = nullptr;
    std::vector<std::string> parameters;
};

/// 400 for a target that no client of ours writes, 404, or 405 with what is allowed.
std::expected<RouteMatch, Rejection> find_route(std::string_view method, std::string_view target);

}  // namespace iwant::control
