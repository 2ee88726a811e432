#include "core/node/requests.h"

#include <iterator>
#include <limits>

#include "core/protocol/limits.h"

namespace iwant::node {

namespace {
constexpr RequestId kFirst{0};
constexpr RequestId kLast{std::numeric_limits<std::uint64_t>::max()};
}  // namespace

std::optional<RequestId> Requests::add(SessionId session, Purpose purpose, Time deadline) {
    const auto begin = pending_.lower_bound({session, kFirst});
    const auto end = pending_.upper_bound({session, kLast});
    const auto under_way = static_cast<std::size_t>(std::distance(begin, end));
    if (under_way >= protocol::kRequestsPerSessionMax) return std::nullopt;
    const RequestId request{next_++};
    pending_.emplace(Key{session, request}, Pending{std::move(purpose), deadline});
    return request;
}

std::optional<Requests::Purpose> Requests::take(SessionId session, RequestId request) {
    const auto found = pending_.find({session, request});
    if (found == pending_.end()) return std::nullopt;
    Purpose purpose = std::move(found->second.purpose);
    pending_.erase(found);
    return purpose;
}

void Requests::withdraw(QuestionId question) {
    std::erase_if(pending_, [&](const auto& entry) {
        const auto* asked = std::get_if<Inquiry>(&entry.second.purpose);
        return asked != nullptr && asked->question == question;
    });
}

void Requests::withdraw(const Inquiry& inquiry) {
    std::erase_if(pending_, [&](const auto& entry) {
        const auto* asked = std::get_if<Inquiry>(&entry.second.purpose);
        return asked != nullptr && *asked == inquiry;
    });
}

std::vector<Requests::Purpose> Requests::expire(Time now) {
    std::vector<Purpose> over;
    for (auto entry = pending_.begin(); entry != pending_.end();) {
        if (entry->second.deadline > now) {
            ++entry;
            continue;
        }
        over.push_back(std::move(entry->second.purpose));
        entry = pending_.erase(entry);
    }
    return over;
}

std::vector<Requests::Purpose> Requests::session_gone(SessionId session) {
    std::vector<Purpose> over;
    auto entry = pending_.lower_bound({session, kFirst});
    while (entry != pending_.end() && entry->first.first == session) {
        over.push_back(std::move(entry->second.purpose));
        entry = pending_.erase(entry);
    }
    return over;
}

std::optional<Time> Requests::next_deadline() const {
    std::optional<Time> earliest;
    for (const auto& [key, pending] : pending_) {
        if (!earliest || pending.deadline < *earliest) earliest = pending.deadline;
    }
    return earliest;
}

}  // namespace iwant::node
