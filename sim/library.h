#pragma once

// The contents that exist in a simulated world: files and folders without bytes, and names for
// them.

#include <map>
#include <string>
#include <vector>

#include "base/content.h"
#include "base/entry.h"
#include "base/prng.h"

namespace iwant::sim {

struct Item {
    EntryKind kind = EntryKind::file;
    Hash256 content;
    std::uint64_t size_bytes = 0;
};

class Library {
  public:
    Library(Prng prng, std::size_t items);

    const std::vector<Item>& items() const { return items_; }
    /// Null when it is not a file of ours.
    SharedPieceList pieces(const FileId& file) const;
    const TreeListing* listing(const TreeId& tree) const;
    /// Whether `file` is this item or lies in it.
    bool holds(const Item& item, const FileId& file) const;
    std::string random_path(Prng& prng) const;

  private:
    TreeEntry make_file(const std::string& name);
    void make_folder();

    Prng prng_;
    std::vector<Item> items_;
    std::map<FileId, SharedPieceList> files_;
    std::map<TreeId, TreeListing> trees_;
};

}  // namespace iwant::sim
