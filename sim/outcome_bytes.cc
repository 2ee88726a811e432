#include "sim/outcome_bytes.h"

#include <cstring>
#include <map>
#include <optional>
#include <type_traits>
#include <vector>

#include "base/assert.h"

namespace iwant::sim {

namespace {

template <class Archive, class SomeFailure>
    requires std::is_same_v<std::remove_const_t<SomeFailure>, Failure>
void parts(Archive& archive, SomeFailure& failure) {
    archive(failure.invariant);
    archive(failure.text);
    archive(failure.at);
}

template <class Archive, class SomeFailover>
    requires std::is_same_v<std::remove_const_t<SomeFailover>, Failover>
void parts(Archive& archive, SomeFailover& failover) {
    archive(failover.how);
    archive(failover.hosts);
    archive(failover.took);
    archive(failover.unicasts);
    archive(failover.multicasts);
}

/// Appends what it is called with.
class Writer {
  public:
    void operator()(const std::uint64_t& number) { put(&number, sizeof number); }
    void operator()(const Duration& duration) { put(&duration, sizeof duration); }
    void operator()(const std::string& text) {
        (*this)(std::uint64_t{text.size()});
        put(text.data(), text.size());
    }
    void operator()(const FaultKind& kind) { put(&kind, sizeof kind); }
    template <class T>
    void operator()(const std::vector<T>& values) {
        (*this)(std::uint64_t{values.size()});
        for (const T& value : values) one(value);
    }
    template <class T>
    void operator()(const std::optional<T>& value) {
        (*this)(std::uint64_t{value.has_value()});
        if (value) one(*value);
    }
    std::string bytes;

  private:
    template <class T>
    void one(const T& value) {
        if constexpr (requires { parts(*this, value); }) {
            parts(*this, value);
        } else {
            (*this)(value);
        }
    }
    void put(const void* data, std::size_t size) {
        bytes.append(static_cast<const char*>(data), size);
    }
};

/// Takes the same out again.
class Reader {
  public:
    explicit Reader(std::string_view bytes) : rest_(bytes) {}

    void operator()(std::uint64_t& number) { get(&number, sizeof number); }
    void operator()(Duration& duration) { get(&duration, sizeof duration); }
    void operator()(std::string& text) {
        text.resize(size());
        get(text.data(), text.size());
    }
    void operator()(FaultKind& kind) { get(&kind, sizeof kind); }
    template <class T>
    void operator()(std::vector<T>& values) {
        values.resize(size());
        for (T& value : values) one(value);
    }
    template <class T>
    void operator()(std::optional<T>& value) {
        if (size() == 0) return;
        one(value.emplace());
    }

  private:
    template <class T>
    void one(T& value) {
        if constexpr (requires { parts(*this, value); }) {
            parts(*this, value);
        } else {
            (*this)(value);
        }
    }
    std::uint64_t size() {
        std::uint64_t size = 0;
        (*this)(size);
        return size;
    }
    void get(void* data, std::size_t size) {
        ASSERT(rest_.size() >= size);
        std::memcpy(data, rest_.data(), size);
        rest_.remove_prefix(size);
    }

    std::string_view rest_;
};

template <class Archive, class SomeOutcome>
void fields(Archive& archive, SomeOutcome& outcome) {
    auto& statistics = outcome.statistics;
    archive(outcome.failure);
    archive(statistics.runs);
    archive(statistics.virtual_time);
    archive(statistics.peer_time);
    archive(statistics.searches);
    archive(statistics.complete_answers);
    archive(statistics.leader_changes);
    archive(statistics.false_replacements);
    archive(statistics.without_leader);
    archive(statistics.failovers);
    for (auto& count : statistics.faults) archive(count);
}

}  // namespace

std::string to_bytes(const Outcome& outcome) {
    Writer writer;
    fields(writer, outcome);
    return std::move(writer.bytes);
}

Outcome outcome_from(std::string_view bytes) {
    Reader reader(bytes);
    Outcome outcome;
    fields(reader, outcome);
    return outcome;
}

}  // namespace iwant::sim
