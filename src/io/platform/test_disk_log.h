#pragma once

// For tests: what a traced program did to the disk below one folder, and what a power loss could
// leave of it. Whatever was made durable (fsync, fdatasync, syncfs) is there; of everything since,
// any part may be, in any order: names, lengths, and each sector of what was written by itself.

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/prng.h"
#include "io/platform/test_trace.h"

namespace iwant::platform {

using NodeId = std::uint64_t;  ///< of a file or folder: its inode while it was recorded

class TestDiskLog {
  public:
    /// How much of what was not durable is kept.
    enum class Loss : std::uint8_t { everything, nothing, some, sectors, stale_sectors };
    static constexpr unsigned kLosses = 5;

    explicit TestDiskLog(std::filesystem::path root)
        : root_(std::move(root)), root_node_(inode_at(root_)) {}

    /// For TestTrace::Watch::after.
    void add(const TracedCall& call, std::int64_t result) {
        switch (call.number()) {
            case SYS_pwrite64:
                add_write(call, static_cast<std::size_t>(result));
                break;
            case SYS_ftruncate:
                if (!is_inside(call.path_of(call.descriptor(0)))) return;
                add_op({Kind::resize, call.inode_of(call.descriptor(0)), 0, "", call.argument(1)});
                break;
            case SYS_fsync:
            case SYS_fdatasync:
                add_op({Kind::sync, call.inode_of(call.descriptor(0))});
                break;
            case SYS_syncfs:
                add_op({Kind::sync_all});
                break;
            case SYS_mkdirat:
                add_link(call.path_at(0, 1), true);
                break;
            case SYS_unlinkat:
                add_op({Kind::unlink, 0, call.inode_of(call.descriptor(0)), call.text(1)});
                break;
            case SYS_renameat2:
                add_op({Kind::unlink, 0, call.inode_of(call.descriptor(0)), call.text(1)});
                add_op({Kind::rename, inode_at(call.path_at(2, 3)),
                        call.inode_of(call.descriptor(2)), call.text(3)});
                break;
            default:
                add_link(call.path_of(static_cast<int>(result)), false);
        }
    }
    std::size_t size() const { return ops_.size(); }

    /// What may be there after a power loss right after the first `count` operations; made below
    /// `target`. Gives the new inode of each node.
    std::map<NodeId, NodeId> leave(std::size_t count, Loss loss, Prng& prng,
                                   const std::filesystem::path& target) const {
        std::map<NodeId, Node> nodes;
        nodes[root_node_].folder = true;
        std::vector<const Op*> pending;
        for (std::size_t i = 0; i < count; ++i) {
            const Op& op = ops_[i];
            if (is_durable(i, count)) {
                apply(op, nodes, Loss::nothing, prng);
            } else if (op.kind == Kind::rename) {
                // In one step: with its other half, the unlink before it, or not at all.
                if (keeps(loss, prng)) {
                    apply(ops_[i - 1], nodes, Loss::nothing, prng);
                    apply(op, nodes, Loss::nothing, prng);
                }
            } else if (i + 1 < ops_.size() && ops_[i + 1].kind == Kind::rename) {
                continue;
            } else if (op.kind == Kind::write) {
                pending.push_back(&op);
            } else if (keeps(loss, prng)) {
                apply(op, nodes, Loss::nothing, prng);
            }
        }
        for (std::size_t i = pending.size(); i > 1 && loss != Loss::nothing; --i) {
            std::swap(pending[i - 1], pending[prng.next() % i]);
        }
        for (const Op* op : pending) {
            if (loss != Loss::some || keeps(loss, prng)) apply(*op, nodes, loss, prng);
        }
        std::map<NodeId, NodeId> made;
        make(nodes, root_node_, target, made);
        return made;
    }

  private:
    enum class Kind : std::uint8_t { link, unlink, rename, write, resize, sync, sync_all };
    struct Op {
        Kind kind;
        NodeId node = 0;    ///< written, synced or linked
        NodeId folder = 0;  ///< whose names change
        std::string name = {};
        std::uint64_t number = 0;  ///< offset, or size; of a link, 1 for a folder
        std::vector<std::uint8_t> bytes = {};
    };
    struct Node {
        bool folder = false;
        std::string data;
        std::map<std::string, NodeId> names;
    };
    static constexpr std::size_t kSectorBytes = 512;

    static NodeId inode_at(const std::filesystem::path& path) {
        struct stat status{};
        ASSERT(::lstat(path.c_str(), &status) == 0);
        return status.st_ino;
    }
    bool is_inside(const std::filesystem::path& path) const {
        return path.native().starts_with(root_.native() + "/");
    }
    void add_op(Op op) { ops_.push_back(std::move(op)); }
    void add_link(const std::filesystem::path& path, bool folder) {
        if (!is_inside(path)) return;
        add_op({Kind::link, inode_at(path), inode_at(path.parent_path()), path.filename(),
                folder ? 1u : 0u});
    }
    void add_write(const TracedCall& call, std::size_t length_bytes) {
        if (!is_inside(call.path_of(call.descriptor(0)))) return;
        add_op({Kind::write, call.inode_of(call.descriptor(0)), 0, "", call.argument(3),
                call.bytes(1, length_bytes)});
    }

    bool is_durable(std::size_t index, std::size_t count) const {
        const Op& op = ops_[index];
        // A move is durable with either of its folders; its two halves are kept together.
        const bool half = index + 1 < count && ops_[index + 1].kind == Kind::rename;
        std::set<NodeId> synced{op.folder != 0 ? op.folder : op.node};
        if (half) synced.insert(ops_[index + 1].folder);
        if (op.kind == Kind::rename) synced.insert(ops_[index - 1].folder);
        for (std::size_t i = index + 1; i < count; ++i) {
            if (ops_[i].kind == Kind::sync_all) return true;
            if (ops_[i].kind == Kind::sync && synced.contains(ops_[i].node)) return true;
        }
        return false;
    }
    static bool keeps(Loss loss, Prng& prng) {
        if (loss == Loss::everything) return false;
        return loss == Loss::nothing || prng.next() % 2 == 0;
    }

    static void apply(const Op& op, std::map<NodeId, Node>& nodes, Loss loss, Prng& prng) {
        Node& node = nodes[op.node];
        switch (op.kind) {
            case Kind::link:
            case Kind::rename:
                if (op.kind == Kind::link) node.folder = op.number == 1;
                nodes[op.folder].names[op.name] = op.node;
                break;
            case Kind::unlink:
                nodes[op.folder].names.erase(op.name);
                break;
            case Kind::resize:
                node.data.resize(op.number);
                break;
            case Kind::write:
                write(op, node.data, loss, prng);
                break;
            case Kind::sync:
            case Kind::sync_all:
                break;
        }
    }
    static void write(const Op& op, std::string& data, Loss loss, Prng& prng) {
        if (loss == Loss::everything) return;
        const std::size_t end = op.number + op.bytes.size();
        if (data.size() < end) data.resize(end);
        const bool whole = loss == Loss::nothing || loss == Loss::some;
        for (std::size_t at = 0; at < op.bytes.size(); at += kSectorBytes) {
            const std::size_t length = std::min(kSectorBytes, op.bytes.size() - at);
            if (whole || prng.next() % 4 != 0) {
                std::copy_n(op.bytes.begin() + static_cast<std::ptrdiff_t>(at), length,
                            data.begin() + static_cast<std::ptrdiff_t>(op.number + at));
            } else if (loss == Loss::stale_sectors) {
                std::fill_n(data.begin() + static_cast<std::ptrdiff_t>(op.number + at), length,
                            '\x5a');
            }
        }
    }

    static void make(const std::map<NodeId, Node>& nodes, NodeId id,
                     const std::filesystem::path& path, std::map<NodeId, NodeId>& made) {
        const Node& node = nodes.at(id);
        if (node.folder) {
            std::filesystem::create_directories(path);
            for (const auto& [name, child] : node.names) make(nodes, child, path / name, made);
        } else {
            std::ofstream(path, std::ios::binary)
                .write(node.data.data(), static_cast<std::streamsize>(node.data.size()));
        }
        made[id] = inode_at(path);
    }

    std::filesystem::path root_;
    NodeId root_node_;
    std::vector<Op> ops_;
};

}  // namespace iwant::platform
