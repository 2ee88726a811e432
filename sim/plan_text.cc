#include "sim/plan_text.h"

#include <charconv>
#include <cstdio>
#include <vector>

namespace iwant::sim {

namespace {
constexpr std::uint64_t kNanoseconds = 1'000'000'000;
constexpr std::size_t kDecimals = 9;
constexpr std::string_view kHost = "host";
constexpr std::string_view kPartition = "partition";

std::unexpected<Error> wrong(std::string message) {
    return failure(ErrorCode::invalid_argument, "read a scenario", std::move(message));
}

template <class Number>
Result<Number> parse_number(std::string_view text) {
    Number value{};
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || stop != end || text.empty())
        return wrong("'" + std::string(text) + "' is not a number");
    return value;
}

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    while (true) {
        const auto begin = line.find_first_not_of(" \t");
        if (begin == line.npos) return words;
        line.remove_prefix(begin);
        const auto end = std::min(line.find_first_of(" \t"), line.size());
        words.push_back(line.substr(0, end));
        line.remove_prefix(end);
    }
}

std::string host_text(HostNumber host) {
    if (host == kLeader) return "leader";
    if (host == kEverybody) return "everybody";
    return std::string(kHost) + std::to_string(host);
}

Result<HostNumber> parse_host(std::string_view word) {
    if (word == "leader") return kLeader;
    if (word == "everybody") return kEverybody;
    if (!word.starts_with(kHost))
        return wrong("'" + std::string(word) + "' is not a host: host0, leader, everybody");
    return parse_number<HostNumber>(word.substr(kHost.size()));
}

bool has_no_host(FaultKind kind) {
    const bool whole = kind == FaultKind::halves || kind == FaultKind::uniform ||
                       kind == FaultKind::three_way || kind == FaultKind::ring ||
                       kind == FaultKind::multicast_death;
    return whole || is_byzantine(kind);
}

bool has_other(FaultKind kind) {
    return kind == FaultKind::search || (kind >= FaultKind::loss && kind <= FaultKind::block);
}

/// Reads the words of one line from left to right.
class Reader {
  public:
    explicit Reader(std::string_view line) : words_(words_of(line)) {}

    Result<Fault> read();

  private:
    bool over() const { return at_ == words_.size(); }
    std::string_view next() { return over() ? std::string_view() : words_[at_++]; }
    Result<void> read_what();
    Result<void> read_sides();
    Result<void> read_rest();

    std::vector<std::string_view> words_;
    std::size_t at_ = 0;
    Fault fault_;
};

Result<Fault> Reader::read() {
    const auto at = parse_seconds(next());
    if (!at) return std::unexpected(at.error());
    fault_.at = *at;
    const bool sides = !over() && words_[at_] == kPartition;
    if (auto what = sides ? read_sides() : read_what(); !what) return failure(std::move(what));
    if (auto rest = read_rest(); !rest) return failure(std::move(rest));
    return fault_;
}

Result<void> Reader::read_what() {
    std::string_view word = next();
    auto kind = parse_fault_kind(word);
    if (!kind) {
        const auto host = parse_host(word);
        if (!host) return wrong("'" + std::string(word) + "' is neither a host nor a fault");
        fault_.host = *host;
        word = next();
        kind = parse_fault_kind(word);
        if (!kind) return wrong("'" + std::string(word) + "' is not a fault or deed");
    }
    fault_.kind = *kind;
    if (!has_other(*kind)) return {};
    const auto other = parse_host(next());
    if (!other) return wrong("'" + std::string(word) + "' wants another host after it");
    fault_.other = *other;
    return {};
}

// "0 1 | 2 3": who is on the second side, as bits.
Result<void> Reader::read_sides() {
    next();
    fault_.kind = FaultKind::split;
    bool second = false;
    while (!over() && words_[at_] != "for") {
        const std::string_view word = next();
        if (word == "|" && !second) {
            second = true;
            continue;
        }
        const auto host = parse_number<HostNumber>(word);
        if (!host || *host >= 64) return wrong("'" + std::string(word) + "' is not on a side");
        if (second) fault_.choice |= std::uint64_t{1} << *host;
    }
    if (!second) return wrong("a partition has two sides: 0 1 | 2 3");
    return {};
}

Result<void> Reader::read_rest() {
    while (!over()) {
        const std::string_view name = next();
        const std::string_view value = next();
        if (name == "for") {
            const auto length = parse_seconds(value);
            if (!length) return std::unexpected(length.error());
            fault_.length = *length;
        } else if (name == "amount") {
            const auto amount = parse_number<std::int64_t>(value);
            if (!amount) return std::unexpected(amount.error());
            fault_.amount = *amount;
        } else if (name == "choice") {
            const auto choice = parse_number<std::uint64_t>(value);
            if (!choice) return std::unexpected(choice.error());
            fault_.choice = *choice;
        } else {
            return wrong("'" + std::string(name) + "' is not for, amount or choice");
        }
    }
    return {};
}

std::string sides_text(std::uint64_t second_side) {
    std::string first;
    std::string second;
    for (unsigned host = 0; host < 64; ++host) {
        const bool on_second = second_side >> host & 1;
        // Nobody beyond the last of the second side needs to be named.
        if (!on_second && second_side >> host == 0) break;
        (on_second ? second : first) += " " + std::to_string(host);
    }
    return first + " |" + second;
}
}  // namespace

std::string seconds_text(Duration duration) {
    const auto count = static_cast<std::uint64_t>(duration.count());
    std::string text = std::to_string(count / kNanoseconds);
    if (count % kNanoseconds == 0) return text;
    std::string decimals = std::to_string(count % kNanoseconds);
    decimals.insert(0, kDecimals - decimals.size(), '0');
    decimals.erase(decimals.find_last_not_of('0') + 1);
    return text + "." + decimals;
}

Result<Duration> parse_seconds(std::string_view text) {
    const auto point = std::min(text.find('.'), text.size());
    const auto whole = parse_number<std::uint32_t>(text.substr(0, point));
    if (!whole) return wrong("'" + std::string(text) + "' is not a time in seconds");
    std::uint64_t nanoseconds = *whole * kNanoseconds;
    if (point < text.size()) {
        std::string decimals(text.substr(point + 1));
        if (decimals.size() > kDecimals) return wrong("a time has at most nine decimals");
        decimals.resize(kDecimals, '0');
        const auto part = parse_number<std::uint32_t>(decimals);
        if (!part) return wrong("'" + std::string(text) + "' is not a time in seconds");
        nanoseconds += *part;
    }
    return Duration(static_cast<Duration::rep>(nanoseconds));
}

std::string to_text(const Fault& fault) {
    std::string text = seconds_text(fault.at);
    if (fault.kind == FaultKind::split) {
        text += " " + std::string(kPartition) + sides_text(fault.choice);
    } else {
        if (!has_no_host(fault.kind)) text += " " + host_text(fault.host);
        text += " " + std::string(to_string(fault.kind));
    }
    if (has_other(fault.kind)) text += " " + host_text(fault.other);
    if (fault.length > Duration{}) text += " for " + seconds_text(fault.length);
    if (fault.amount != 0) text += " amount " + std::to_string(fault.amount);
    const bool chooses = fault.choice != 0 && fault.kind != FaultKind::split;
    if (chooses) text += " choice " + std::to_string(fault.choice);
    return text;
}

Result<Fault> parse_fault(std::string_view line) {
    return Reader(line).read();
}

}  // namespace iwant::sim
