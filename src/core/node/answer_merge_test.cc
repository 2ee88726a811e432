#include "core/node/answer_merge.h"

#include <gtest/gtest.h>

#include "core/node/test_company.h"

namespace iwant::node {
namespace {

using About = AnswerPart::About;
using test::content;
using test::peer;
using test::result;

AnswerPart part(std::size_t from, About about, std::vector<protocol::SearchResult> results,
                std::uint64_t hidden = 0) {
    AnswerPart part{peer(from), about, {}};
    part.reply.total = results.size() + hidden;
    part.reply.results = std::move(results);
    return part;
}

protocol::SearchResult hashed(std::size_t owner, std::string path, double score) {
    auto made = result(owner, owner, std::move(path));
    made.content = content(1);
    made.score = score;
    return made;
}

TEST(MergeAnswers, TheSpellingIsThatOfTheBestResult) {
    auto close = result(1, 1, "close");
    close.score = 0.4;
    auto exact = result(2, 1, "exact");
    exact.score = 0.8;
    std::vector<AnswerPart> parts = {part(1, About::itself, {close})};
    parts[0].reply.did_you_mean = "close";
    EXPECT_EQ(merge_answers(parts, 10).did_you_mean, "close");
    parts.push_back(part(2, About::itself, {exact}));
    EXPECT_EQ(merge_answers(parts, 10).did_you_mean, "");
    EXPECT_EQ(merge_answers({}, 10).did_you_mean, "");
}

TEST(MergeAnswers, TheOrderIsThatOfAnIndexWhateverCameFirst) {
    auto good = result(1, 1, "good");
    good.score = 0.9;
    const std::vector<AnswerPart> parts = {
        part(1, About::itself, {result(1, 2, "b"), good}),
        part(2, About::itself, {result(2, 1, "a")}),
    };
    const auto one = merge_answers(parts, 10);
    const auto other = merge_answers({parts[1], parts[0]}, 10);
    EXPECT_EQ(one, other);
    ASSERT_EQ(one.results.size(), 3u);
    EXPECT_EQ(one.results[0].path, "good");
    EXPECT_EQ(one.results[1].path, "a");
    EXPECT_EQ(one.results[2].path, "b");
}

TEST(MergeAnswers, EqualContentIsOneResultNamedAsInItsBestMatch) {
    const auto merged = merge_answers({part(1, About::itself, {hashed(1, "worse", 0.3)}),
                                       part(2, About::itself, {hashed(2, "better", 0.8)})},
                                      10);
    ASSERT_EQ(merged.results.size(), 1u);
    EXPECT_EQ(merged.results[0].path, "better");
    EXPECT_EQ(merged.results[0].sources.size(), 2u);
    EXPECT_EQ(merged.total, 1u);
}

TEST(MergeAnswers, AnOwnersWordOnItsFilesCountsMoreThanAnothers) {
    const auto merged = merge_answers(
        {part(9, About::everybody, {result(1, 1, "removed by its owner"), result(2, 1, "kept")}),
         part(1, About::itself, {result(1, 7, "new")})},
        10);
    ASSERT_EQ(merged.results.size(), 2u);
    EXPECT_EQ(merged.results[0].path, "kept");
    EXPECT_EQ(merged.results[1].path, "new");
}

TEST(MergeAnswers, AnOwnerWhoseAnswerWasCutIsNotTakenForSayingNo) {
    const auto merged = merge_answers({part(9, About::everybody, {result(1, 1, "also there")}),
                                       part(1, About::itself, {result(1, 7, "first")}, 5)},
                                      10);
    EXPECT_EQ(merged.results.size(), 2u);
}

TEST(MergeAnswers, TheLimitHoldsAndTheTotalCountsWhatIsNotShown) {
    std::vector<AnswerPart> parts;
    for (std::size_t i = 1; i <= 5; ++i)
        parts.push_back(part(i, About::itself, {result(i, 1, "a"), result(i, 2, "b")}, 10));
    const auto merged = merge_answers(parts, 3);
    EXPECT_EQ(merged.results.size(), 3u);
    EXPECT_EQ(merged.total, 60u);
    EXPECT_TRUE(merge_answers({}, 3).results.empty());
}

}  // namespace
}  // namespace iwant::node
