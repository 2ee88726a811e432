#include "path_maker.h"

#include <algorithm>
#include <cstdio>

namespace iwant::bench {
namespace {

constexpr std::size_t kWords = 60'000;

constexpr const char* kStarts[] = {"b",  "br", "c", "ch", "d",  "dr", "f", "fl", "g",  "gr",
                                   "h",  "j",  "k", "l",  "m",  "n",  "p", "pr", "r",  "s",
                                   "sh", "st", "t", "th", "tr", "v",  "w", "z",  "qu", ""};
constexpr const char* kVowels[] = {"a", "e", "i", "o", "u", "ai", "ea", "ee", "ou", "io"};
constexpr const char* kEnds[] = {"",  "",  "",  "n",  "r",  "s",  "t",  "l",
                                 "m", "d", "k", "nd", "st", "rt", "ng", "ck"};
constexpr const char* kCommon[] = {"the",   "night", "house", "report", "world",  "summer",
                                   "light", "story", "green", "family", "winter", "silver"};

std::string padded(std::uint64_t number, int digits) {
    char text[24];
    std::snprintf(text, sizeof text, "%0*llu", digits, static_cast<unsigned long long>(number));
    return text;
}

}  // namespace

PathMaker::PathMaker(std::uint64_t seed)
    : prng_(seed), words_(std::begin(kCommon), std::end(kCommon)) {
    while (words_.size() < kWords) words_.push_back(make_word());
}

std::string PathMaker::next() {
    if (left_ == 0) begin_group();
    --left_;
    ++number_;
    switch (kind_) {
        case 0:
            return film();
        case 1:
            return series();
        case 2:
            return music();
        case 3:
            return photographs();
        case 4:
            return book();
        case 5:
            return documents();
        default:
            return source();
    }
}

void PathMaker::begin_group() {
    constexpr std::uint64_t kSizes[] = {1, 20, 14, 60, 3, 12, 40};
    kind_ = prng_.below(std::uint64_t{std::size(kSizes)});
    left_ = 1 + prng_.below(2 * kSizes[kind_]);
    number_ = 0;
    folder_ = title(1 + prng_.below(std::uint64_t{3}));
    name_ = title(1 + prng_.below(std::uint64_t{2}));
}

std::string PathMaker::film() {
    const std::string name = title(1 + prng_.below(std::uint64_t{4})) + " (" + year() + ")";
    const std::string quality =
        one_of({" 1080p BluRay x264", " 720p WEB-DL", " 2160p HDR x265", " DVDRip XviD", ""});
    return "Movies/" + name + "/" + name + quality + one_of({".mkv", ".mp4", ".avi", ".srt"});
}

std::string PathMaker::series() {
    const std::string season = padded(1 + number_ / 12, 2);
    return "TV/" + folder_ + "/Season " + season + "/" + folder_ + " - S" + season + "E" +
           padded(1 + number_ % 12, 2) + " - " + title(1 + prng_.below(std::uint64_t{3})) +
           one_of({".mkv", ".mkv", ".mp4", ".srt"});
}

std::string PathMaker::music() {
    return "Music/" + folder_ + "/" + name_ + "/" + padded(number_, 2) + " - " +
           title(1 + prng_.below(std::uint64_t{4})) + one_of({".flac", ".mp3", ".mp3", ".ogg"});
}

std::string PathMaker::photographs() {
    const std::string taken =
        std::to_string(2005 + folder_.size()) + "-" + padded(1 + name_.size() % 12, 2);
    return "Pictures/" + taken + " " + folder_ + "/" + one_of({"IMG_", "DSC_", "P10"}) +
           padded(prng_.below(std::uint64_t{10'000}), 4) +
           one_of({".JPG", ".jpg", ".CR2", ".heic"});
}

std::string PathMaker::book() {
    return "Books/" + folder_ + "/" + title(2 + prng_.below(std::uint64_t{4})) + " - " + folder_ +
           one_of({".epub", ".pdf", ".mobi"});
}

std::string PathMaker::documents() {
    const std::string kind = one_of({"Invoice", "Report", "Minutes", "Offer", "Budget", "Contract",
                                     "Presentation", "Scan", "Letter", "Timesheet"});
    return "Documents/" + folder_ + "/" + year() + "/" + kind + " " + name_ + " " +
           title(1 + prng_.below(std::uint64_t{2})) + " " +
           one_of({"v1", "v2", "final", "final2", "draft", "signed", "Q1", "Q3"}) +
           one_of({".docx", ".xlsx", ".pdf", ".pptx", ".odt"});
}

std::string PathMaker::source() {
    const std::string module = word();
    return "Projects/" + name_ + "/" + one_of({"src", "lib", "include", "test"}) + "/" + module +
           "/" + word() + "_" + word() +
           one_of({".cc", ".h", ".py", ".js", ".java", "_test.cc", ".md"});
}

std::string PathMaker::make_word() {
    std::string made;
    const std::uint64_t syllables = 2 + prng_.below(std::uint64_t{2});
    for (std::uint64_t i = 0; i < syllables; ++i) made += one_of(kStarts) + one_of(kVowels);
    return made + one_of(kEnds);
}

/// The product of two even draws falls off much as the frequencies of words do.
const std::string& PathMaker::word() {
    const std::uint64_t first = prng_.below(std::uint64_t{kWords});
    return words_[prng_.below(first + 1)];
}

std::string PathMaker::title(std::uint64_t count) {
    std::string text;
    for (std::uint64_t i = 0; i < count; ++i) {
        std::string next_word = word();
        next_word[0] = static_cast<char>(next_word[0] - 'a' + 'A');
        text += (text.empty() ? "" : " ") + next_word;
    }
    return text;
}

std::string PathMaker::year() {
    return std::to_string(1960 + prng_.below(std::uint64_t{67}));
}

}  // namespace iwant::bench
