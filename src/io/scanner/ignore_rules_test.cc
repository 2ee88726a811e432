#include "io/scanner/ignore_rules.h"

#include <cstdio>
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/prng.h"
#include "io/platform/test_folder.h"

namespace iwant::scanner {
namespace {

using platform::FileKind;

/// A path that ends in '/' is a folder.
bool ignores(const IgnoreRules& rules, std::string path) {
    const bool is_folder = path.ends_with('/');
    if (is_folder) path.pop_back();
    return rules.ignores(path, is_folder ? FileKind::folder : FileKind::file);
}

struct Case {
    std::string rules;
    std::string path;
    bool ignored;
};

// The rules of gitignore(5), one by one.
const std::vector<Case> kNameCases = {
    {"", "a", false},
    {"# a\n\n   \na", "a", true},
    {"# a\n", "# a", false},
    {"\\#a", "#a", true},
    {"\\!a", "!a", true},
    {"a", "b", false},
    {"a", "ab", false},
    {"a", "x/y/a", true},
    {"a", "a/below", true},
    {"a\r\nb\r\n", "a", true},
    {"\xef\xbb\xbf"
     "a",
     "a", true},
    {"a  ", "a", true},
    {"a\\ ", "a ", true},
    {"a\\ ", "a", false},
    {"a b", "a b", true},
    {"a\t", "a", false},
    {"/a", "a", true},
    {"/a", "x/a", false},
    {"a/", "a/", true},
    {"a/", "a", false},
    {"a/", "x/a/", true},
    {"a/", "x/a/below", true},
    {"a/b", "a/b", true},
    {"a/b", "x/a/b", false},
    {"/a/b/", "a/b/c", true},
    {"*.mkv", "x/film.mkv", true},
    {"*.mkv", ".mkv", true},
    {"*.mkv", "film.mkv2", false},
    {"a/*", "a/b", true},
    {"a/*", "a/b/c", true},
    {"a/*", "x/a/b", false},
    {"a/*/c", "a/b/c", true},
    {"a/*/c", "a/b/b/c", false},
    {"a?c", "abc", true},
    {"a?c", "ac", false},
    {"a?c", "a/c", false},
    {"[a-c]x", "bx", true},
    {"[a-c]x", "dx", false},
    {"[!a-c]x", "dx", true},
    {"[^a-c]x", "ax", false},
    {"[]-]x", "]x", true},
    {"[]-]x", "-x", true},
    {"[a-]x", "-x", true},
    {"[\\]]x", "]x", true},
    {"[[:digit:]]x", "7x", true},
    {"[[:digit:]]x", "ax", false},
    {"[[:nothing:]]x", "nx", false},
    {"[[:x]y", "xy", true},
    {"[a", "[a", false},
    {"a\\", "a\\", false},
    {"\\*", "*", true},
    {"\\*", "a", false},
    {"x[a/]y", "xay", true},
    {"x[a/]y", "x/y", false},
};

const std::vector<Case> kPathCases = {
    {"**/a", "a", true},
    {"**/a", "x/y/a", true},
    {"**/a/b", "x/a/b", true},
    {"a/**", "a/", false},
    {"a/**", "a/b", true},
    {"a/**", "a/b/c", true},
    {"a/**/b", "a/b", true},
    {"a/**/b", "a/x/y/b", true},
    {"a/**/b", "x/a/b", false},
    {"a/**/", "a/b/", true},
    {"a/**/", "a/b", false},
    {"**", "a", true},
    {"a**b", "axxb", true},
    {"x/a**b", "x/a/b", false},
    {"***/a", "x/y/a", true},
    {"*\n!a", "a", false},
    {"!a\n*", "a", true},
    {"*.txt\n!keep.txt", "x/keep.txt", false},
    {"*.txt\n!keep.txt\n/keep.txt", "keep.txt", true},
    {"a/\n!a/b", "a/b", true},
    {"a/*\n!a/b", "a/b", false},
    {"/*\n!/a\n/a/*\n!/a/b", "a/b", false},
    {"/*\n!/a\n/a/*\n!/a/b", "a/c", true},
    {"/", "a", false},
    {"!", "!", false},
    {"A", "a", false},
};

std::vector<Case> all_cases() {
    std::vector<Case> all = kNameCases;
    all.insert(all.end(), kPathCases.begin(), kPathCases.end());
    return all;
}

TEST(IgnoreRules, MeanWhatGitignoreMeans) {
    for (const Case& each : all_cases()) {
        IgnoreRules rules;
        ASSERT_TRUE(rules.set("", each.rules, 1));
        EXPECT_EQ(ignores(rules, each.path), each.ignored) << each.rules << " -- " << each.path;
    }
}

TEST(IgnoreRules, AFileDeeperDownHasTheLastWordAboutWhatIsBelowIt) {
    IgnoreRules rules;
    ASSERT_TRUE(rules.set("", "*.log\n/sub/deep/", 1));
    ASSERT_TRUE(rules.set("sub", "!keep.log\n/only\n", 1));
    ASSERT_TRUE(rules.set("sub/deep", "!*", 1));
    EXPECT_TRUE(ignores(rules, "keep.log"));
    EXPECT_FALSE(ignores(rules, "sub/keep.log"));
    EXPECT_FALSE(ignores(rules, "sub/x/keep.log"));
    EXPECT_TRUE(ignores(rules, "sub/other.log"));
    EXPECT_TRUE(ignores(rules, "sub/only"));
    EXPECT_FALSE(ignores(rules, "only"));
    // Below a folder that is ignored nothing can be shared again.
    EXPECT_TRUE(ignores(rules, "sub/deep/a"));
}

TEST(IgnoreRules, AnEntryOfASharedFolderIsJudgedByItself) {
    IgnoreRules rules;
    ASSERT_TRUE(rules.set("a", "/x\ny/", 1));
    EXPECT_TRUE(rules.ignores_entry("a", "x", FileKind::file));
    EXPECT_FALSE(rules.ignores_entry("", "x", FileKind::file));
    EXPECT_FALSE(rules.ignores_entry("a/b", "x", FileKind::file));
    EXPECT_TRUE(rules.ignores_entry("a/b", "y", FileKind::folder));
    EXPECT_FALSE(rules.ignores_entry("a/b", "y", FileKind::file));
}

TEST(IgnoreRules, WhatIsNotKnownHidesItsFolder) {
    IgnoreRules rules;
    rules.hide("a", 1);
    EXPECT_TRUE(ignores(rules, "a/b"));
    EXPECT_TRUE(ignores(rules, "a/b/c"));
    EXPECT_FALSE(ignores(rules, "a/"));
    EXPECT_FALSE(ignores(rules, "b"));
    ASSERT_TRUE(rules.set("a", "c", 1));
    EXPECT_FALSE(ignores(rules, "a/b"));
    rules.clear("a");
    EXPECT_FALSE(ignores(rules, "a/c"));
}

TEST(IgnoreRules, RefuseWhatIsTooLargeAndHideItsFolder) {
    std::string many;
    for (std::size_t i = 0; i <= kIgnorePatternsMax; ++i) many += "a\n";
    for (const std::string& text : {std::string(kIgnoreFileBytesMax + 1, '#'), many,
                                    std::string(kIgnorePatternBytesMax + 1, 'a')}) {
        IgnoreRules rules;
        const auto set = rules.set("", text, 1);
        ASSERT_FALSE(set);
        EXPECT_EQ(set.error().code, ErrorCode::limit);
        EXPECT_TRUE(ignores(rules, "harmless"));
    }
    IgnoreRules rules;
    EXPECT_TRUE(rules.set("", many.substr(2), 1));
    EXPECT_TRUE(rules.set("", std::string(kIgnorePatternBytesMax, 'a'), 1));
}

TEST(IgnoreRules, AllFilesOfAShareTogetherAreBounded) {
    IgnoreRules rules;
    const std::string large = "#" + std::string(kIgnoreFileBytesMax - 2, 'x') + "\n";
    std::size_t taken = 0;
    while (taken < 100 && rules.set(std::to_string(taken), large, 1)) ++taken;
    EXPECT_EQ(taken, kIgnoreShareBytesMax / kIgnoreFileBytesMax - 1);
    EXPECT_TRUE(ignores(rules, std::to_string(taken) + "/x"));
    EXPECT_FALSE(ignores(rules, "0/x"));
    rules.forget_tree("0");
    EXPECT_TRUE(rules.set(std::to_string(taken), large, 1));
    for (int i = 0; i < 50; ++i) EXPECT_TRUE(rules.set("1", large, 1)) << "counted anew";
}

TEST(IgnoreRules, FilesThatNoWalkMeetsAnyMoreAreForgotten) {
    IgnoreRules rules;
    ASSERT_TRUE(rules.set("a", "x", 1));
    ASSERT_TRUE(rules.set("a/b", "y", 2));
    ASSERT_TRUE(rules.set("ab", "x", 1));
    rules.drop_older("a", 2);
    EXPECT_FALSE(ignores(rules, "a/x"));
    EXPECT_TRUE(ignores(rules, "a/b/y"));
    EXPECT_TRUE(ignores(rules, "ab/x"));
    rules.forget_tree("");
    EXPECT_FALSE(ignores(rules, "a/b/y"));
}

// Each of these would take the age of the universe if it were tried in all ways.
TEST(IgnoreRules, HostilePatternsAreDecidedQuickly) {
    std::string runs;
    std::string depths;
    std::string sets;
    for (int i = 0; i < 200; ++i) {
        runs += "a*";
        depths += "**/a*a*/";
        sets += "*[a-z]";
    }
    IgnoreRules rules;
    ASSERT_TRUE(rules.set("",
                          runs + "b\n" + depths.substr(0, 1000) + "b\n" + sets.substr(0, 1000) +
                              "B\n*a*a*a*a*a*a*a*a*b\n**/**/**/**/**/**/**/**/b\n",
                          1));
    const std::string name(255, 'a');
    EXPECT_FALSE(ignores(rules, name));
    std::string path = name;
    for (int i = 0; i < 14; ++i) path += "/" + name;
    EXPECT_FALSE(ignores(rules, path));
    std::string deep = "a";
    for (int i = 0; i < 63; ++i) deep += "/aa";
    EXPECT_FALSE(ignores(rules, deep));
    EXPECT_TRUE(ignores(rules, deep + "/b"));
}

TEST(IgnoreRules, AnyBytesAreTakenOrRefusedNeverMore) {
    Prng prng(7);
    const std::string alphabet = std::string("ab/*?[]!^\\-: #\r\n\xff\x00", 19);
    for (int i = 0; i < 20'000; ++i) {
        std::string text;
        for (std::uint64_t n = prng.below(std::uint64_t{24}); n > 0; --n) {
            text += alphabet[prng.below(std::uint64_t{alphabet.size()})];
        }
        IgnoreRules rules;
        ASSERT_TRUE(rules.set("", text, 1));
        static_cast<void>(ignores(rules, "a/b/ab"));
        static_cast<void>(ignores(rules, "\xff/b/"));
    }
}

/// The real git, where it is installed: asked about the same rules and paths.
class GitIgnores {
  public:
    GitIgnores() {
        folder_.make("home");
        is_there_ = git("init -q r") == 0;
    }
    bool is_there() const { return is_there_; }

    bool ignores(const std::string& rules, const std::string& path) {
        folder_.write("r/.gitignore", rules);
        // Git knows from the disk what is a folder.
        folder_.write("question", path.substr(0, path.find_last_not_of('/') + 1) + '\0');
        const int status = git("-C r check-ignore -q --no-index -z --stdin < question");
        EXPECT_TRUE(status == 0 || status == 256) << status << " " << rules << " -- " << path;
        return status == 0;
    }

    void keep_folder(const std::string& path) { folder_.make("r/" + path); }
    void forget(const std::string& path) {
        std::filesystem::remove_all(folder_ / ("r/" + path.substr(0, path.find('/'))));
    }

  private:
    int git(const std::string& arguments) const {
        const std::string at = folder_.path().string();
        return std::system(("cd '" + at + "' && HOME='" + at + "/home' GIT_CONFIG_NOSYSTEM=1 git " +
                            arguments + " 2>/dev/null")
                               .c_str());
    }

    platform::TestFolder folder_;
    bool is_there_ = false;
};

TEST(IgnoreRules, AgreeWithGit) {
    GitIgnores git;
    if (!git.is_there()) GTEST_SKIP() << "skipped: git is not installed";
    for (const Case& each : all_cases()) {
        if (each.path.ends_with('/')) git.keep_folder(each.path);
        EXPECT_EQ(git.ignores(each.rules, each.path), each.ignored)
            << each.rules << " -- " << each.path;
        git.forget(each.path);
    }
}

TEST(IgnoreRules, AgreeWithGitOnRandomPatterns) {
    GitIgnores git;
    if (!git.is_there()) GTEST_SKIP() << "skipped: git is not installed";
    Prng prng(11);
    const std::vector<std::string> parts{"a", "b",    "/",    "*",    "**",
                                         "?", "[ab]", "[!a]", "/**/", "\\"};
    const std::vector<std::string> paths{"a", "b", "ab", "a/b", "a/ab/b", "b/a", "a/a/a/b"};
    for (int i = 0; i < 150; ++i) {
        std::string text;
        for (int line = 0; line < 2; ++line) {
            if (prng.below(std::uint64_t{3}) == 0) text += "!";
            for (std::uint64_t n = 1 + prng.below(std::uint64_t{4}); n > 0; --n) {
                text += parts[prng.below(std::uint64_t{parts.size()})];
            }
            text += "\n";
        }
        const std::string& path = paths[prng.below(std::uint64_t{paths.size()})];
        IgnoreRules rules;
        ASSERT_TRUE(rules.set("", text, 1));
        EXPECT_EQ(ignores(rules, path), git.ignores(text, path)) << text << " -- " << path;
    }
}

}  // namespace
}  // namespace iwant::scanner
