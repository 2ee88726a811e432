#pragma once

// The table of what can be asked over HTTP (doc/openapi.yaml) and the handlers behind it. What is
// not in the table does not exist.

#include <chrono>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/control/api.h"
#include "io/control/checks.h"

namespace iwant::control {

/// A body that is made while it is sent.
class BodySource {
  public:
    virtual ~BodySource() = default;
    /// Nothing: it has no end (sent in chunks until the client leaves or next() fails).
    virtual std::optional<std::uint64_t> length() const = 0;
    /// The next part, then or later; with a length an empty one is the end, else it is nothing new.
    virtual void next(Reply<std::string> reply) = 0;
    /// How long to wait before the next one is asked for.
    virtual std::chrono::milliseconds pause() const { return std::chrono::milliseconds(0); }
};

/// What goes back over the wire.
struct HttpAnswer {
    unsigned status = 200;
    std::string body;
    std::string_view content_type = "application/json";
    std::vector<Field> fields;           ///< others
    std::shared_ptr<BodySource> source;  ///< instead of `body`; may be null
    std::string allow;                   ///< methods, of a 405
    enum class Then { nothing, stop_service } then = Then::nothing;  ///< once it has been sent
};

/// An answer that tells a failure.
HttpAnswer answer_of(const Error& error);
HttpAnswer answer_of(const Rejection& rejection);

struct Call {
    Backend& backend;
    std::vector<std::string> parameters;  ///< what stands for each "{}" of the pattern
    std::string body;
    RequestHead head;
    Door door;
};

/// Called once, on the event thread.
using Answer = std::function<void(HttpAnswer)>;

enum class Access {
    open,
    token,
    file,  ///< the token, or the one of this file in the query
};

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

/// "/file/ab12?token=34" in its two parts.
struct Target {
    std::string_view path;
    std::string_view query;
};
Target split_target(std::string_view target);

/// 400 for a path that no client of ours writes, 404, or 405 with what is allowed.
std::expected<RouteMatch, Rejection> find_route(std::string_view method, std::string_view path);

}  // namespace iwant::control
