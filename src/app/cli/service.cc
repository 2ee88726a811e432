#include "app/cli/service.h"

#include <boost/json.hpp>

#include "app/daemon/config.h"
#include "io/control/client.h"
#include "io/platform/instance_lock.h"

namespace iwant::cli {

namespace {

namespace json = boost::json;

// Names that app/daemon gives them.
constexpr char kSocketFile[] = "iwanto.sock";
constexpr char kLockFile[] = "lock";

}  // namespace

Result<Service> Service::of(const std::optional<std::filesystem::path>& home_flag) {
    Result<std::filesystem::path> home = daemon::state_folder(home_flag);
    if (!home) return std::unexpected(home.error());
    return Service(std::move(*home));
}

std::optional<int> Service::process() const {
    return platform::InstanceLock::holder(home_ / kLockFile);
}

Result<json::value> Service::get(const std::string& target) const {
    return ask("GET", target, "", kAnswerTimeout);
}

Result<json::value> Service::send(const std::string& method, const std::string& target,
                                  const json::object& body,
                                  std::chrono::milliseconds timeout) const {
    return ask(method, target, json::serialize(body), timeout);
}

Result<json::value> Service::ask(const std::string& method, const std::string& target,
                                 const std::string& body, std::chrono::milliseconds timeout) const {
    const control::Client client(home_ / kSocketFile);
    Result<std::string> answer = client.request(method, target, body, timeout);
    if (!answer && answer.error().code == ErrorCode::not_running) {
        if (const std::optional<int> holder = process()) {
            return failure(ErrorCode::not_running, "",
                           "The service (process " + std::to_string(*holder) +
                               ") is starting or stopping and does not answer yet.");
        }
    }
    if (!answer) return std::unexpected(answer.error());
    boost::system::error_code failed;
    json::value value = json::parse(*answer, failed);
    if (!failed) return value;
    return failure(ErrorCode::protocol, "", "The service's answer is not JSON.");
}

}  // namespace iwant::cli
