#include "base/result.h"

#include <set>

#include <gtest/gtest.h>

namespace iwant {
namespace {

TEST(Result, AnErrorNamesWhatWasDoneAndWhatHappened) {
    EXPECT_EQ((Error{ErrorCode::io, "open /x", "no such file"}.text()), "open /x: no such file");
    EXPECT_EQ((Error{ErrorCode::io, "", "no such file"}.text()), "no such file");
}

TEST(Result, EveryCodeHasAWordOfItsOwn) {
    std::set<std::string_view> words;
    const int last = static_cast<int>(ErrorCode::not_running);
    for (int code = 0; code <= last; ++code) words.insert(to_string(static_cast<ErrorCode>(code)));
    EXPECT_EQ(words.size(), static_cast<std::size_t>(last) + 1);
    EXPECT_FALSE(words.contains("unknown"));
    EXPECT_EQ(to_string(ErrorCode::no_space), "no_space");
}

TEST(Result, AnErrorPassesFromOneResultToAnother) {
    const auto inner = []() -> Result<int> { return failure(ErrorCode::busy, "ask", "later"); };
    const auto outer = [&]() -> Result<std::string> { return failure(inner()); };
    ASSERT_FALSE(outer());
    EXPECT_EQ(outer().error().code, ErrorCode::busy);
    EXPECT_EQ(outer().error().text(), "ask: later");
}

}  // namespace
}  // namespace iwant
