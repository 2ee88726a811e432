// Whatever the bytes: what is shown has no control characters and fits where it should, normal
// forms are stable, and a size that is read is a number.

#include <string>

#include "base/assert.h"
#include "base/text.h"
#include "base/utf8.h"

namespace {

void check_shown(const std::string& shown) {
    ASSERT(iwant::is_valid_utf8(shown));
    for (std::size_t i = 0; i < shown.size();) {
        const auto point = iwant::decode_utf8(std::string_view(shown).substr(i));
        ASSERT(point);
        ASSERT(!iwant::is_control(point->value) && !iwant::is_bidi_control(point->value));
        i += point->bytes;
    }
    ASSERT(iwant::escape_for_display(shown) == shown);
    for (const std::size_t columns : {0u, 1u, 2u, 7u, 80u}) {
        for (const iwant::Cut cut : {iwant::Cut::end, iwant::Cut::middle}) {
            const std::string fitted = iwant::fit_to_width(shown, columns, cut);
            ASSERT(iwant::is_valid_utf8(fitted));
            ASSERT(iwant::display_width(fitted) <= columns);
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check_shown(iwant::escape_for_display(text));
    const std::string nfc = iwant::to_nfc(text);
    ASSERT(iwant::to_nfc(nfc) == nfc);
    ASSERT(iwant::fold_name(nfc) == iwant::fold_name(text));
    ASSERT(iwant::is_valid_utf8(nfc) == iwant::is_valid_utf8(text));
    (void)iwant::parse_size(text);
    return 0;
}
