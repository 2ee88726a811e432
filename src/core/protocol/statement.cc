#include "core/protocol/statement.h"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace iwant::protocol {
namespace {

constexpr std::string_view kRegistration = "iwant registration";

void append_u64(Bytes& bytes, std::uint64_t number) {
    for (int i = 0; i < 8; ++i) bytes.push_back(static_cast<std::uint8_t>(number >> (8 * i)));
}

}  // namespace

Bytes registration_statement(const LeaderView& view, std::uint64_t sequence) {
    Bytes bytes;
    bytes.reserve(kRegistration.size() + sizeof(PeerId) + 16);
    std::ranges::copy(kRegistration, std::back_inserter(bytes));
    std::ranges::copy(view.leader.hash.bytes, std::back_inserter(bytes));
    append_u64(bytes, view.epoch);
    append_u64(bytes, sequence);
    return bytes;
}

}  // namespace iwant::protocol
