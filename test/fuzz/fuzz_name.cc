// A name that passes the check is stored as one safe component: without separators or control
// characters, at most 255 bytes, and stored the same when it comes round again. So are the
// alternatives to it.

#include <algorithm>
#include <string>

#include "base/assert.h"
#include "base/name.h"
#include "base/utf8.h"

namespace {

void check_component(const std::string& name) {
    ASSERT(iwant::check_wire_name(name));
    ASSERT(std::ranges::none_of(name, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; }));
    for (std::size_t i = 0; i < name.size();) {
        const auto point = iwant::decode_utf8(std::string_view(name).substr(i));
        ASSERT(point);
        ASSERT(!iwant::is_control(point->value) && !iwant::is_bidi_control(point->value));
        i += point->bytes;
    }
}

void check_name(std::string_view name) {
    const std::string stored = iwant::storable_name(name);
    check_component(stored);
    ASSERT(!stored.starts_with(".iwant"));
    ASSERT(iwant::storable_name(stored) == stored);
    for (const unsigned attempt : {1u, 4294967295u}) {
        check_component(iwant::alternative_name(stored, attempt));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (iwant::check_wire_name(text)) check_name(text);
    if (!iwant::check_wire_path(text)) return 0;
    for (const std::string& component : iwant::split_path(text)) {
        ASSERT(iwant::check_wire_name(component));
        check_name(component);
    }
    return 0;
}
