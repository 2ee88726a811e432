#include "core/protocol/limits.h"

#include <limits>

#include <gtest/gtest.h>

#include "core/protocol/check.h"
#include "core/protocol/codec.h"
#include "core/protocol/sample_messages.h"
#include "core/protocol/wire_encode.h"
#include "iwant.pb.h"

namespace iwant::protocol {
namespace {

/// The body of a message that may break any rule, as a hostile peer would send it.
Bytes hostile_body(const Message& message) {
    wire::Frame frame;
    to_wire(message, frame);
    const std::string text = frame.SerializeAsString();
    return {text.begin(), text.end()};
}

/// Whether a receiver takes the message; a sender must be of the same opinion.
bool passes(const Message& message) {
    const bool decodes = decode_body(hostile_body(message)).has_value();
    EXPECT_EQ(decodes, check_message(message).has_value());
    return decodes;
}

/// `make(n)` is a message with n of something, of which `limit` is the most.
template <class Make>
void expect_limit(std::size_t limit, Make make) {
    EXPECT_TRUE(passes(make(limit - 1)));
    EXPECT_TRUE(passes(make(limit)));
    EXPECT_FALSE(passes(make(limit + 1)));
}

template <class Kind, class Change>
Kind with(Kind kind, Change change) {
    change(kind);
    return kind;
}

using Terms = std::vector<std::string> Query::*;
constexpr Terms kTermLists[] = {&Query::phrases, &Query::excluded, &Query::folders};

Hello hello() {
    return std::get<Hello>(sample::messages()[0]);
}

Roster roster_of(Member member) {
    return {{}, 1, true, true, {std::move(member)}};
}

SearchReply reply_of(SearchResult result) {
    return {{1}, {}, true, {}, 1, {std::move(result)}, {}, {sample::seal()}};
}

EntryChange change_of(std::uint64_t version) {
    return {version, EntryChange::What::present, {{version}, EntryKind::file, "a", 1, 0, {}}};
}

CatalogUpdate update_of(EntryChange change) {
    return {{}, {1, 0, 1'000'000, false, {change}}};
}

TEST(Limits, TextsHaveTheirLengths) {
    expect_limit(kPeerNameBytesMax, [](std::size_t n) {
        return with(hello(), [&](Hello& h) { h.name.assign(n, 'x'); });
    });
    expect_limit(kVersionBytesMax, [](std::size_t n) {
        return with(hello(), [&](Hello& h) { h.program_version.assign(n, 'x'); });
    });
    expect_limit(kPeerNameBytesMax, [](std::size_t n) {
        return roster_of(with(sample::member(), [&](Member& m) { m.name.assign(n, 'x'); }));
    });
    expect_limit(kVersionBytesMax, [](std::size_t n) {
        return roster_of(
            with(sample::member(), [&](Member& m) { m.program_version.assign(n, 'x'); }));
    });
    expect_limit(kQueryBytesMax, [](std::size_t n) {
        return with(sample::search_request(),
                    [&](SearchRequest& s) { s.query.text.assign(n, 'x'); });
    });
    expect_limit(kExtensionBytesMax, [](std::size_t n) {
        return with(sample::search_request(),
                    [&](SearchRequest& s) { s.query.extensions = {std::string(n, 'x')}; });
    });
    expect_limit(kQueryBytesMax, [](std::size_t n) {
        return with(SearchReply{}, [&](SearchReply& r) { r.did_you_mean.assign(n, 'x'); });
    });
    for (const auto list : kTermLists) {
        expect_limit(kQueryBytesMax, [&](std::size_t n) {
            return with(sample::search_request(),
                        [&](SearchRequest& s) { s.query.*list = {std::string(n, 'x')}; });
        });
    }
    expect_limit(64, [](std::size_t n) { return LocateRequest{{1}, std::string(n, 'a')}; });
}

TEST(Limits, TextsAreUtf8) {
    for (const char* bad : {"\xff", "\xc0\xaf", "\xed\xa0\x80", "\uffff"}) {
        EXPECT_FALSE(passes(with(hello(), [&](Hello& h) { h.name = bad; })));
        EXPECT_FALSE(passes(with(hello(), [&](Hello& h) { h.program_version = bad; })));
        EXPECT_FALSE(passes(with(SearchReply{}, [&](SearchReply& r) { r.did_you_mean = bad; })));
        EXPECT_FALSE(passes(roster_of(with(sample::member(), [&](Member& m) { m.name = bad; }))));
        EXPECT_FALSE(
            passes(roster_of(with(sample::member(), [&](Member& m) { m.program_version = bad; }))));
        EXPECT_FALSE(
            passes(with(sample::search_request(), [&](SearchRequest& s) { s.query.text = bad; })));
        EXPECT_FALSE(passes(
            with(sample::search_request(), [&](SearchRequest& s) { s.query.extensions = {bad}; })));
        for (const auto list : kTermLists) {
            EXPECT_FALSE(passes(
                with(sample::search_request(), [&](SearchRequest& s) { s.query.*list = {bad}; })));
        }
    }
    EXPECT_TRUE(passes(with(hello(), [](Hello& h) { h.name = "Ännchen\n'\"\r"; })));
}

TEST(Limits, TermsOfAQueryAreCountedAndNotEmpty) {
    const std::string nul(1, '\0');
    for (const auto list : kTermLists) {
        expect_limit(kQueryTermsMax, [&](std::size_t n) {
            return with(sample::search_request(),
                        [&](SearchRequest& s) { (s.query.*list).assign(n, "x"); });
        });
        EXPECT_FALSE(passes(
            with(sample::search_request(), [&](SearchRequest& s) { s.query.*list = {"a", ""}; })));
        EXPECT_TRUE(passes(
            with(sample::search_request(), [&](SearchRequest& s) { s.query.*list = {nul}; })));
    }
    expect_limit(kQueryExtensionsMax, [](std::size_t n) {
        return with(sample::search_request(),
                    [&](SearchRequest& s) { s.query.extensions.assign(n, "x"); });
    });
    EXPECT_FALSE(passes(
        with(sample::search_request(), [](SearchRequest& s) { s.query.extensions = {""}; })));
}

TEST(Limits, HoldersAndHoldingsHaveTheirs) {
    expect_limit(kLocateMatchesMax, [](std::size_t n) {
        const Holder holder{sample::holding(), {sample::peer(1)}};
        return LocateReply{{1}, {}, true, {}, {}, {}, std::vector<Holder>(n, holder)};
    });
    expect_limit(kHoldersPerContentMax, [](std::size_t n) {
        const Holder holder{sample::holding(), std::vector<PeerId>(n, sample::peer(1))};
        return LocateReply{{1}, {}, true, {}, {}, {}, {holder}};
    });
    expect_limit(kHoldingsMax, [](std::size_t n) {
        return Holdings{true, std::vector<Holding>(n, sample::holding()), {}};
    });
    expect_limit(kHoldingsMax, [](std::size_t n) {
        return Holdings{false, {}, std::vector<Hash256>(n, sample::hash(1))};
    });
    expect_limit(kHaveChangesMax, [](std::size_t n) {
        return Have{sample::hash(1), std::vector<std::uint32_t>(n, 5)};
    });
}

TEST(Limits, ListsHaveTheirLengths) {
    expect_limit(kDeltaChangesMax, [](std::size_t n) {
        CatalogUpdate update{{}, {1, 0, 1'000'000, false, {}}};
        for (std::size_t i = 1; i <= n; ++i) update.delta.changes.push_back(change_of(i));
        return update;
    });
    expect_limit(kRosterMembersMax, [](std::size_t n) {
        return Roster{{}, 1, true, true, std::vector<Member>(n, sample::member())};
    });
    expect_limit(kStandbysMax, [](std::size_t n) {
        return Standbys{{}, std::vector<Member>(n, sample::member())};
    });
    expect_limit(kFollowerSamplesMax, [](std::size_t n) {
        return FollowersRequest{{}, std::vector<std::uint32_t>(n, 7)};
    });
    expect_limit(kFollowerSamplesMax, [](std::size_t n) {
        const FollowerRecord record{sample::key(1), 2, 3, sample::signature(3)};
        return FollowersProof{{}, std::vector<FollowerRecord>(n, record)};
    });
    expect_limit(kAddressesPerMemberMax, [](std::size_t n) {
        return roster_of(
            with(sample::member(), [&](Member& m) { m.addresses.assign(n, {"::1", 1}); }));
    });
    expect_limit(kQueryLimitMax, [](std::size_t n) {
        return SearchReply{{1},  {},
                           true, {},
                           n,    std::vector<SearchResult>(n, sample::result()),
                           {},   {sample::seal()}};
    });
    expect_limit(kSourcesPerResultMax, [](std::size_t n) {
        return reply_of(with(sample::result(), [&](SearchResult& r) {
            r.sources.assign(n, {sample::peer(1), {1}, true});
        }));
    });
    expect_limit(kLocateMatchesMax, [](std::size_t n) {
        return LocateReply{
            {1}, {}, true, std::vector<SearchResult>(n, sample::result()), {}, {sample::seal()}};
    });
    expect_limit(kOwnersPerReplyMax, [](std::size_t n) {
        return LocateReply{{1}, {}, true, {}, std::vector<Member>(n, sample::member())};
    });
    expect_limit(kOwnersPerReplyMax, [](std::size_t n) {
        return SearchReply{{1}, {}, true, {}, 0, {}, std::vector<Member>(n, sample::member())};
    });
    expect_limit(kSealsPerReplyMax, [](std::size_t n) {
        return SearchReply{{1}, {}, true, {}, 0, {}, {}, std::vector<Seal>(n, sample::seal())};
    });
    expect_limit(kSealsPerReplyMax, [](std::size_t n) {
        return LocateReply{{1}, {}, true, {}, {}, std::vector<Seal>(n, sample::seal())};
    });
    expect_limit(kProofSiblingsMax, [](std::size_t n) {
        return reply_of(with(sample::result(), [&](SearchResult& r) {
            r.sources[1].proof->siblings.assign(n, sample::digest(1));
        }));
    });
    expect_limit(kPieceHashesMax, [](std::size_t n) {
        return PieceListReply{{1}, kFileSizeMax, {0}, std::vector<Hash256>(n)};
    });
    expect_limit(kTreeEntriesMax, [](std::size_t n) {
        TreeReply reply{{1}, 0, static_cast<std::uint32_t>(n), {}};
        for (std::size_t i = 0; i < n; ++i) {
            reply.entries.push_back({std::to_string(100'000 + i), EntryKind::file, false, 0, {}});
        }
        return reply;
    });
}

TEST(Limits, AnAnswerNamesSoManyPeersThatItCovers) {
    expect_limit(kCoveredPerReplyMax, [](std::size_t n) {
        SearchReply reply;
        reply.covered.assign(n, mark_of(sample::peer(1)));
        return reply;
    });
    expect_limit(kCoveredPerReplyMax, [](std::size_t n) {
        LocateReply reply;
        reply.covered.assign(n, mark_of(sample::peer(1)));
        return reply;
    });
}

TEST(Limits, NumbersHaveTheirRanges) {
    EXPECT_FALSE(passes(with(sample::search_request(), [](auto& s) { s.query.limit = 0; })));
    expect_limit(kQueryLimitMax, [](std::size_t n) {
        return with(sample::search_request(),
                    [&](SearchRequest& s) { s.query.limit = static_cast<std::uint32_t>(n); });
    });
    EXPECT_FALSE(passes(PieceRequest{{1}, {}, {0}, 0}));
    expect_limit(kPiecesPerRequestMax, [](std::size_t n) {
        return PieceRequest{{1}, {}, {0}, static_cast<std::uint32_t>(n)};
    });
    EXPECT_FALSE(passes(PieceHeader{{1}, {0}, 0}));
    expect_limit(kPieceSizeMax, [](std::size_t n) {
        return PieceHeader{{1}, {0}, static_cast<std::uint32_t>(n)};
    });
    expect_limit(kDownloadFilesMax, [](std::size_t n) {
        return TreeReply{{1}, 0, static_cast<std::uint32_t>(n), {}};
    });
    expect_limit(kDownloadFilesMax,
                 [](std::size_t n) { return TreeRequest{{1}, {}, static_cast<std::uint32_t>(n)}; });
    EXPECT_FALSE(passes(LocateRequest{{1}, "12345"}));
    EXPECT_TRUE(passes(LocateRequest{{1}, "12345F"}));
    EXPECT_FALSE(passes(LocateRequest{{1}, "12345g"}));
    EXPECT_FALSE(passes(LocateRequest{{1}, "../../"}));
}

TEST(Limits, SizesAreAtMost2To53) {
    expect_limit(kFileSizeMax, [](std::size_t n) {
        return update_of(with(change_of(1), [&](EntryChange& c) { c.entry.size_bytes = n; }));
    });
    expect_limit(kFileSizeMax, [](std::size_t n) {
        return reply_of(with(sample::result(), [&](SearchResult& r) { r.size_bytes = n; }));
    });
    expect_limit(kFileSizeMax,
                 [](std::size_t n) { return HashReply{{1}, EntryKind::file, {}, n}; });
    expect_limit(kFileSizeMax, [](std::size_t n) { return PieceListReply{{1}, n, {0}, {}}; });
    expect_limit(kFileSizeMax, [](std::size_t n) {
        return with(sample::tree_reply(), [&](TreeReply& t) { t.entries[0].size_bytes = n; });
    });
}

TEST(Limits, PiecesAreThoseThatAFileCanHave) {
    constexpr std::uint32_t kPieces = std::uint32_t{1} << 29;
    constexpr std::uint32_t kLast = std::numeric_limits<std::uint32_t>::max();
    EXPECT_TRUE(passes(PieceRequest{{1}, {}, {kPieces - 2}, 2}));
    EXPECT_FALSE(passes(PieceRequest{{1}, {}, {kPieces - 1}, 2}));
    EXPECT_FALSE(passes(PieceRequest{{1}, {}, {kLast}, 2}));
    EXPECT_TRUE(passes(PieceHeader{{1}, {kPieces - 1}, 1}));
    EXPECT_FALSE(passes(PieceHeader{{1}, {kPieces}, 1}));
    EXPECT_TRUE(passes(PieceListRequest{{1}, {}, {kPieces - 1}}));
    EXPECT_FALSE(passes(PieceListRequest{{1}, {}, {kPieces}}));
    const std::vector<Hash256> two(2);
    EXPECT_TRUE(passes(PieceListReply{{1}, 3 * kPieceSizeMin, {1}, two}));
    EXPECT_FALSE(passes(PieceListReply{{1}, 3 * kPieceSizeMin, {2}, two}));
    EXPECT_FALSE(passes(PieceListReply{{1}, 3 * kPieceSizeMin, {kLast}, two}));
    EXPECT_FALSE(passes(PieceListReply{{1}, 0, {0}, two}));
}

TEST(Limits, PortsAndPeersAreNeverZero) {
    EXPECT_FALSE(passes(with(hello(), [](Hello& h) { h.port = 0; })));
    EXPECT_FALSE(passes(with(hello(), [](Hello& h) { h.peer = {}; })));
    EXPECT_FALSE(passes(roster_of(with(sample::member(), [](Member& m) { m.peer = {}; }))));
    EXPECT_FALSE(
        passes(roster_of(with(sample::member(), [](Member& m) { m.addresses[0].port = 0; }))));
    EXPECT_FALSE(
        passes(reply_of(with(sample::result(), [](SearchResult& r) { r.sources[0].owner = {}; }))));
}

TEST(Limits, AMembersKeyIsItsOwnOrNone) {
    EXPECT_TRUE(passes(roster_of(with(sample::member(), [](Member& m) { m.key = {}; }))));
    EXPECT_FALSE(
        passes(roster_of(with(sample::member(), [](Member& m) { m.key = sample::key(5); }))));
    EXPECT_FALSE(
        passes(roster_of(with(sample::member(), [](Member& m) { m.peer = sample::peer(5); }))));
    const Member stolen = with(sample::member(), [](Member& m) { m.peer = sample::peer(5); });
    EXPECT_FALSE(passes(Standbys{{}, {stolen}}));
    EXPECT_FALSE(passes(SearchReply{{1}, {}, true, {}, 0, {}, {stolen}}));
}

TEST(Limits, AFollowersKeyIsNeverZero) {
    EXPECT_FALSE(passes(FollowersProof{{}, {{PublicKey{}, 1, 1, sample::signature(1)}}}));
    EXPECT_TRUE(passes(FollowersProof{{}, {{sample::key(1), 1, 1, Signature{}}}}));
}

TEST(Limits, AProofIsWithinASealOfTheAnswer) {
    const auto proof = [](std::uint32_t seal, std::uint32_t position) {
        return reply_of(with(sample::result(), [&](SearchResult& r) {
            r.sources[1].proof = SourceProof{seal, position, std::nullopt, {}};
        }));
    };
    EXPECT_TRUE(passes(proof(0, 2)));
    EXPECT_FALSE(passes(proof(0, 3)));
    EXPECT_FALSE(passes(proof(1, 0)));
    EXPECT_FALSE(passes(proof(0xffffffff, 0)));
}

TEST(Limits, ASealIsOfSomeChanges) {
    const auto reply = [](auto change) {
        return SearchReply{{1}, {}, true, {}, 0, {}, {}, {with(sample::seal(), change)}};
    };
    EXPECT_FALSE(passes(reply([](Seal& s) { s.changes = 0; })));
    expect_limit(kDeltaChangesMax, [&](std::size_t n) {
        return reply([&](Seal& s) { s.changes = static_cast<std::uint32_t>(n); });
    });
    EXPECT_FALSE(passes(reply([](Seal& s) { s.owner = {}; })));
    EXPECT_TRUE(passes(reply([](Seal& s) { s.since = s.up_to; })));
    EXPECT_FALSE(passes(reply([](Seal& s) { s.since = s.up_to + 1; })));
}

TEST(Limits, ScoresAreFinite) {
    using Double = std::numeric_limits<double>;
    for (const double bad : {Double::infinity(), -Double::infinity(), Double::quiet_NaN()}) {
        EXPECT_FALSE(
            passes(reply_of(with(sample::result(), [&](SearchResult& r) { r.score = bad; }))));
    }
    EXPECT_TRUE(
        passes(reply_of(with(sample::result(), [](SearchResult& r) { r.score = Double::max(); }))));
}

TEST(Limits, PathsAreWirePaths) {
    for (const char* bad : {"", "/etc", "../x", "a//b", "a/..", "a\\b", "\xff", "u\u0308"}) {
        EXPECT_FALSE(
            passes(update_of(with(change_of(1), [&](EntryChange& c) { c.entry.path = bad; }))));
        EXPECT_FALSE(
            passes(reply_of(with(sample::result(), [&](SearchResult& r) { r.path = bad; }))));
    }
}

TEST(Limits, AListingsNamesAreSingleOrderedAndSafe) {
    for (const char* bad : {"", ".", "..", "a/b", "a\\b", "\xff"}) {
        EXPECT_FALSE(
            passes(with(sample::tree_reply(), [&](TreeReply& t) { t.entries[0].name = bad; })));
    }
    EXPECT_FALSE(passes(with(sample::tree_reply(), [](TreeReply& t) { t.entries[0].name = "b"; })));
    EXPECT_FALSE(passes(with(sample::tree_reply(), [](TreeReply& t) { t.entries[0].name = "a"; })));
    EXPECT_FALSE(
        passes(with(sample::tree_reply(), [](TreeReply& t) { t.entries[1].executable = true; })));
    EXPECT_FALSE(passes(with(sample::tree_reply(), [](TreeReply& t) { t.total = 7; })));
    EXPECT_FALSE(passes(with(sample::tree_reply(), [](TreeReply& t) { t.first = 0xffffffff; })));
}

TEST(Limits, ChangesAreInOrderAndWithinTheirRun) {
    const auto update = [](std::uint64_t since, std::uint64_t up_to, std::uint64_t first,
                           std::uint64_t second) {
        return CatalogUpdate{{}, {1, since, up_to, false, {change_of(first), change_of(second)}}};
    };
    EXPECT_TRUE(passes(update(4, 6, 5, 6)));
    EXPECT_TRUE(passes(update(0, 100, 7, 50)));
    EXPECT_FALSE(passes(update(5, 6, 5, 6)));
    EXPECT_FALSE(passes(update(4, 6, 6, 5)));
    EXPECT_FALSE(passes(update(4, 6, 5, 5)));
    EXPECT_FALSE(passes(update(4, 5, 5, 6)));
    EXPECT_FALSE(passes(CatalogUpdate{{}, {1, 5, 4, false, {}}}));
}

TEST(Limits, HostsAreNumeric) {
    for (const char* good :
         {"0.0.0.0", "192.0.2.7", "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0",
          "fe80::1%12", "2001:db8:1:2:3:4:5:6", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8",
          "::ffff:192.0.2.7", "1:2:3:4:5:6:192.0.2.7", "2001:DB8::a"}) {
        EXPECT_TRUE(is_numeric_host(good)) << good;
    }
    for (const char* bad : {"",
                            "localhost",
                            "example.org",
                            "1.2.3",
                            "1.2.3.4.",
                            "1.2.3.4.5",
                            ".1.2.3",
                            "1..2.3",
                            "256.1.1.1",
                            "01.2.3.4",
                            "1.2.3.4%eth0",
                            "0x7f.0.0.1",
                            "1.2.3.-4",
                            "2130706433",
                            ":",
                            ":::",
                            "1:",
                            ":1",
                            "1::2::3",
                            "12345::",
                            "g::",
                            "1:2",
                            "1:2:3:4:5:6:7:8:9",
                            "1:2:3:4:5:6:7:8::",
                            "::1:2:3:4:5:6:7:8",
                            "1.2.3.4::",
                            "::1.2.3.4:5",
                            "1:2:3:4:5:6:7:1.2.3.4",
                            "fe80::1%",
                            "fe80::1%a/b",
                            "fe80::1%a b",
                            "fe80::1%sixteencharacter",
                            "%eth0",
                            "[::1]",
                            "::1 ",
                            " 1.2.3.4",
                            "1.2.3.4\n",
                            "::1%\x1b"}) {
        EXPECT_FALSE(is_numeric_host(bad)) << bad;
        const Member member = with(sample::member(), [&](Member& m) { m.addresses[0].host = bad; });
        EXPECT_FALSE(passes(roster_of(member))) << bad;
    }
    EXPECT_FALSE(is_numeric_host(std::string_view("1.2.3.4\0", 8)));
    EXPECT_FALSE(is_numeric_host(std::string(kAddressBytesMax + 1, ':')));
}

TEST(Limits, BoundWhatIsBrowsed) {
    expect_limit(kBrowseEntriesMax, [](std::size_t n) {
        BrowseReply reply;
        for (std::size_t i = 0; i < n; ++i) {
            reply.entries.push_back({std::to_string(100'000 + i), EntryKind::file, 0, 0, {}, 0});
        }
        return reply;
    });
    EXPECT_TRUE(passes(sample::browse_reply()));
    EXPECT_FALSE(passes(with(sample::browse_reply(), [](BrowseReply& b) {
        b.entries[0].kind = EntryKind::file;
    }))) << "folders come first";
    EXPECT_FALSE(
        passes(with(sample::browse_reply(), [](BrowseReply& b) { b.entries[1].name = "B"; })));
    EXPECT_FALSE(
        passes(with(sample::browse_reply(), [](BrowseReply& b) { b.entries[1].name = "../x"; })));
    EXPECT_FALSE(passes(with(sample::browse_reply(), [](BrowseReply& b) { b.path = "/etc"; })));
    EXPECT_FALSE(passes(BrowseRequest{{1}, "a/../b", "", EntryKind::file}));
    EXPECT_FALSE(passes(BrowseRequest{{1}, "a", "b/c", EntryKind::file}));
}

}  // namespace
}  // namespace iwant::protocol
