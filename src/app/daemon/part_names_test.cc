#include "app/daemon/part_names.h"

#include "app/daemon/part_store_fixture.h"

namespace iwant::daemon {
namespace {

TEST_F(APartStore, keeps_names_apart_that_differ_by_case_where_the_disk_does) {
    use("tree", {{"README", "one"}, {"readme", "two"}, {"Doc/a", "three"}, {"doc/a", "four"}},
        {"Doc", "doc"});
    const platform::Folder here = platform::Folder::open(scratch_.path()).value();
    const bool kept_apart = !ignores_case(here).value();
    EXPECT_FALSE(scratch_.has("Probe"));
    const Result<swarm::Prepared::Ready> ready = prepare();
    ASSERT_EQ(ready.has_value(), kept_apart);
    if (!kept_apart) return;
    write_all();
    EXPECT_EQ(finish(), "tree");
    for (const auto& [path, content] : contents_) EXPECT_EQ(downloaded("tree/" + path), content);
}

TEST(PartNames, finds_what_some_disks_take_for_the_same) {
    const auto alike = [](std::map<std::string, std::string> contents,
                          std::vector<std::string> folders = {}) {
        return names_alike(*plan_of("tree", contents, std::move(folders)));
    };
    EXPECT_FALSE(alike({{"a", ""}, {"b/a", ""}, {"b/c", ""}}, {"b"}));
    EXPECT_TRUE(alike({{"a", ""}, {"A", ""}}));
    EXPECT_TRUE(alike({{"d/straße", ""}, {"d/STRASSE", ""}}, {"d"}));
    EXPECT_TRUE(alike({{"x/a", ""}, {"X/b", ""}}, {"X", "x"}));
    EXPECT_TRUE(alike({{"a", ""}}, {"A"})) << "a file and a folder";
}

}  // namespace
}  // namespace iwant::daemon
