#pragma once

// From what was found out to one sentence: what is wrong, if anything, and the command that mends
// it. Pure: facts in, words out. The causes are tried from the nearest to the farthest, so that the
// first that fits is the one to mend first.

#include "io/control/doctor_report.h"

namespace iwant::daemon {

/// Fills in `well`, `sentence`, `command` and `notes` of a report whose facts are complete.
void diagnose(control::DoctorReport& report);

}  // namespace iwant::daemon
