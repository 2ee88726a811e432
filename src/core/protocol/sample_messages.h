#pragma once

// One message of every kind with every field set, for tests.

#include <vector>

#include "core/protocol/messages.h"

namespace iwant::protocol::sample {

inline Hash256 hash(std::uint8_t fill) {
    Hash256 result;
    result.bytes.fill(fill);
    return result;
}

inline PeerId peer(std::uint8_t fill) {
    return PeerId{hash(fill)};
}

inline LeaderView view() {
    return {7, peer(3)};
}

inline PublicKey key(std::uint8_t fill) {
    return hash(fill).bytes;
}

inline Signature signature(std::uint8_t fill) {
    Signature result;
    result.fill(fill);
    return result;
}

inline Member member() {
    return {peer_id_of(key(4)),
            "Ann's laptop",
            {{"192.0.2.7", 4926}, {"fe80::1%eth0", 65535}},
            false,
            12,
            3456,
            "1.2.3",
            key(4)};
}

inline Digest16 digest(std::uint8_t fill) {
    Digest16 result;
    result.fill(fill);
    return result;
}

inline Seal seal() {
    return {peer(2), 0xfeed, 10, 20, 3, signature(7)};
}

/// Goes with a list of seals that has one.
inline SearchResult result() {
    return {EntryKind::folder,
            hash(9),
            "Music/Größe & Übung",
            99,
            -5,
            0.75,
            {{peer(1), {5}, true},
             {peer(2), {6}, false, SourceProof{0, 1, std::nullopt, {digest(1), digest(2)}}},
             {peer(3), {7}, true, SourceProof{0, 2, digest(3), {}}}}};
}

inline Holding holding() {
    return {EntryKind::folder, hash(7), "Größe", 77};
}

inline CatalogUpdate catalog_update() {
    EntryChange file{11,
                     EntryChange::What::present,
                     {{1}, EntryKind::file, "Shared/a.txt", 5, 1'700'000'000, hash(8)}};
    EntryChange unhashed{
        12, EntryChange::What::present, {{2}, EntryKind::folder, "Shared/b", 0, 0, std::nullopt}};
    EntryChange removed{15, EntryChange::What::removed, {}};
    removed.entry.id = {3};
    return {view(), {0xfeed, 10, 20, true, {file, unhashed, removed}}, signature(10)};
}

inline SearchRequest search_request() {
    Query query;
    query.text = "slicon valey";
    query.types = FileType::video;
    query.types.add(FileType::folder);
    query.size_min = 1;
    query.size_max = 2;
    query.extensions = {"mkv", "iso"};
    query.owner = peer(6);
    query.exact = true;
    query.limit = 200;
    query.modified_min = -5;
    query.modified_max = 1'700'000'000;
    query.phrases = {"slicon valey", "b"};
    query.excluded = {"trailer"};
    query.folders = {"TV", "c", "d"};
    return {{42}, query};
}

inline TreeReply tree_reply() {
    return {{1},
            5,
            8,
            {{"B", EntryKind::file, true, 1, hash(1)},
             {"a", EntryKind::folder, false, 2, hash(2)},
             {"ä", EntryKind::file, false, 0, hash(3)}}};
}

inline BrowseReply browse_reply() {
    return {{53},
            "TV",
            70'000,
            1ull << 40,
            true,
            {{"B", EntryKind::folder, 3, -5, hash(1), 2},
             {"a", EntryKind::folder, 1, 7, {}, 70'000},
             {"A", EntryKind::file, 0, 1'700'000'000, hash(3), 0}}};
}

inline std::vector<Message> messages() {
    return {
        Hello{1, StreamPurpose::bulk, peer(1), 2, "Bob", 4926, "0.1.0", view(), {5, 6}},
        Ping{1, view()},
        Pong{2, view()},
        LeaderClaim{view(), 9},
        LeaderResigns{view(), peer(5)},
        Register{view(), {1, 2}, 3, 4, 5, signature(6)},
        Registered{view(), Registered::Verdict::full, {1, 2}},
        catalog_update(),
        CatalogAck{{3, 4}},
        Roster{view(), 5, true, false, {member(), member()}},
        Standbys{view(), {member()}},
        PreVoteRequest{view()},
        PreVote{view(), true},
        FollowersRequest{view(), {0, 70'000, 3}},
        FollowersProof{view(), {{key(1), 9, 2, signature(3)}, {key(4), 8, 5, signature(6)}}},
        search_request(),
        SearchReply{{42},
                    view(),
                    true,
                    {5, 4},
                    1000,
                    {result(), result()},
                    {member()},
                    {seal()},
                    {mark_of(peer(1)), mark_of(peer(2))},
                    "silicon valley"},
        LocateRequest{{43}, "00ff7a"},
        LocateReply{{43},
                    view(),
                    true,
                    {result()},
                    {member()},
                    {seal(), seal()},
                    {{holding(), {peer(1), peer(2)}}, {holding(), {peer(3)}}},
                    {mark_of(peer(4))}},
        HashRequest{{44}, {17}},
        HashReply{{44}, EntryKind::folder, hash(7), 12},
        PieceListRequest{{45}, {hash(1)}, {2}},
        PieceListReply{{45}, 3 << 20, {1}, {hash(1), hash(2)}},
        TreeRequest{{46}, {hash(2)}, 4096},
        tree_reply(),
        PieceRequest{{47}, {hash(3)}, {4}, 256},
        PieceHeader{{47}, {4}, 1 << 20},
        Refusal{{48}, RefusalCode::busy, 3},
        Goodbye{Goodbye::Reason::identity},
        ProbeRequest{{49}},
        ProbeReply{{50}, 1, 70'000, 0, {"fe80::1%eth0", 4926}, DialBack::unreachable},
        Holdings{true, {holding(), holding()}, {hash(1), hash(2)}},
        HaveRequest{{51}, hash(5)},
        HaveReply{{52}, false, 13, {0xff, 0x11}},
        Have{hash(6), {0, 70'000, 3}},
        BrowseRequest{{53}, "TV/Season 1", "ä", EntryKind::folder},
        browse_reply(),
    };
}

/// The same kinds with nothing set but what must be.
inline std::vector<Message> least_messages() {
    Hello hello;
    hello.peer = peer(1);
    hello.port = 1;
    Roster roster;
    roster.first = roster.last = false;
    SearchRequest search;
    search.query.limit = 1;
    PieceRequest pieces;
    pieces.count = 1;
    PieceHeader header;
    header.length = 1;
    return {hello,
            Ping{},
            Pong{},
            LeaderClaim{},
            LeaderResigns{},
            Register{},
            Registered{},
            CatalogUpdate{},
            CatalogAck{},
            roster,
            Standbys{},
            PreVoteRequest{},
            PreVote{},
            FollowersRequest{},
            FollowersProof{},
            search,
            SearchReply{},
            LocateRequest{{0}, "000000"},
            LocateReply{},
            HashRequest{},
            HashReply{},
            PieceListRequest{},
            PieceListReply{},
            TreeRequest{},
            TreeReply{},
            pieces,
            header,
            Refusal{{0}, RefusalCode::not_shared},
            Goodbye{},
            ProbeRequest{},
            ProbeReply{{0}, {}, {}, {}, {"::", 1}, DialBack::untried},
            Holdings{},
            HaveRequest{},
            HaveReply{},
            Have{},
            BrowseRequest{},
            BrowseReply{}};
}

}  // namespace iwant::protocol::sample
