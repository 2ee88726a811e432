// A reader is asked for the files of a folder one after the other.

#include "io/catalog/look_ahead.h"

#include <fstream>

#include "io/catalog/catalog_fixture.h"

namespace iwant::catalog {
namespace {

/// Files that really lie on the disk, in two folders.
class AReaderThatLooksAhead : public CatalogFixture {
  protected:
    static constexpr std::size_t kFiles = 3 * LookAhead::kRowsMin;

    void SetUp() override {
        CatalogFixture::SetUp();
        ASSERT_TRUE(catalog_->set_shares({{"music", scratch_.path()}}));
        for (const std::string folder : {"a", "b"}) {
            std::filesystem::create_directory(scratch_.path() / folder);
            seen_.push_back(seen_folder(folder));
        }
        for (std::size_t i = 0; i < kFiles; ++i) add(name_of(i), i);
        walk(seen_);
        for (std::size_t i = 0; i < kFiles; ++i) ids_.push_back(hash("music/" + name_of(i), i));
        reader_ = CatalogReader::open(database()).value();
    }

    static std::string name_of(std::size_t number) {
        return (number < kFiles / 2 ? "a/" : "b/") + std::to_string(100 + number);
    }
    void add(const std::string& name, std::size_t number) {
        std::ofstream(scratch_.path() / name) << number;
        SeenEntry file = seen_file(name, 0, 0);
        file.info = platform::info_of(scratch_.path() / name).value();
        seen_.push_back(file);
    }
    std::optional<SharedFile> find(std::size_t number) {
        return reader_->find_file(ids_[number]).value();
    }

    std::vector<SeenEntry> seen_;
    std::vector<FileId> ids_;
    std::unique_ptr<CatalogReader> reader_;
};

TEST_F(AReaderThatLooksAhead, finds_each_file_as_the_catalogue_does) {
    for (std::size_t i = 0; i < kFiles; ++i) {
        const std::optional<SharedFile> found = find(i);
        ASSERT_TRUE(found) << i;
        const SharedFile asked = catalog_->find_file(ids_[i]).value().value();
        EXPECT_EQ(found->entry, asked.entry);
        EXPECT_EQ(found->disk_path, scratch_.path() / name_of(i));
        EXPECT_EQ(found->stamp, asked.stamp);
        EXPECT_EQ(found->file, ids_[i]);
        EXPECT_TRUE(found->seen_unchanged);
    }
}

TEST_F(AReaderThatLooksAhead, does_not_find_what_was_unshared_since) {
    ASSERT_TRUE(find(0));
    std::erase_if(seen_, [](const SeenEntry& seen) { return seen.path == name_of(1); });
    walk(seen_);
    EXPECT_FALSE(find(1));
    EXPECT_TRUE(find(2));
}

TEST_F(AReaderThatLooksAhead, says_when_a_file_does_not_lie_there_unchanged_any_more) {
    ASSERT_TRUE(find(0));
    std::ofstream(scratch_.path() / name_of(1)) << "something else";
    const std::optional<SharedFile> found = find(1);
    ASSERT_TRUE(found) << "it is told with the stamp that is announced";
    EXPECT_FALSE(found->seen_unchanged);
}

TEST_F(AReaderThatLooksAhead, finds_another_copy_of_a_file_that_was_changed) {
    add("a/999", 1);
    walk(seen_);
    EXPECT_EQ(hash("music/a/999", 1), ids_[1]);
    ASSERT_TRUE(find(0));
    std::ofstream(scratch_.path() / name_of(1)) << "something else";
    const std::optional<SharedFile> found = find(1);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->disk_path, scratch_.path() / "a/999");
    EXPECT_TRUE(found->seen_unchanged);
}

}  // namespace
}  // namespace iwant::catalog
