#pragma once

// Answers with a JSON body, as nearly all routes give them.

#include <boost/json.hpp>

#include "base/result.h"
#include "io/control/json.h"
#include "io/control/routes.h"

namespace iwant::control {

inline HttpAnswer json_answer(const boost::json::value& value) {
    HttpAnswer answer;
    answer.body = boost::json::serialize(value);
    return answer;
}

/// The value, or the error as people and programs are told it.
template <class T>
HttpAnswer answer_of_result(const Result<T>& result) {
    return result ? json_answer(to_json(*result)) : answer_of(result.error());
}

}  // namespace iwant::control
