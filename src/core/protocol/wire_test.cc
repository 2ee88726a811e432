#include <functional>
#include <string>

#include <gtest/gtest.h>

#include "core/protocol/codec.h"
#include "core/protocol/limits.h"
#include "core/protocol/sample_messages.h"
#include "core/protocol/wire_encode.h"
#include "core/protocol/wire_scan.h"
#include "iwant.pb.h"

// What a struct cannot even say: the codec against frames made by hand.

namespace iwant::protocol {
namespace {

Bytes bytes_of(const std::string& text) {
    return {text.begin(), text.end()};
}

bool decodes(const wire::Frame& frame) {
    const auto decoded = decode_body(bytes_of(frame.SerializeAsString()));
    return decoded && *decoded;
}

/// Whether the message still decodes when its frame has been changed.
bool decodes_changed(const Message& message, const std::function<void(wire::Frame&)>& change) {
    wire::Frame frame;
    to_wire(message, frame);
    EXPECT_TRUE(decodes(frame));
    change(frame);
    return decodes(frame);
}

Message sample_of(const char* name) {
    for (const Message& message : sample::messages()) {
        if (std::string(message_name(message)) == name) return message;
    }
    ADD_FAILURE() << "no sample " << name;
    return {};
}

TEST(Wire, IdsHaveExactly32Bytes) {
    for (const std::size_t size : {0u, 1u, 31u, 33u, 64u}) {
        const std::string id(size, '\x01');
        const auto refused = [&](const char* name,
                                 const std::function<void(wire::Frame&)>& change) {
            EXPECT_FALSE(decodes_changed(sample_of(name), change)) << name << size;
        };
        refused("hello", [&](auto& f) { f.mutable_hello()->set_peer(id); });
        refused("roster", [&](auto& f) { f.mutable_roster()->mutable_members(0)->set_peer(id); });
        refused("hash_reply", [&](auto& f) { f.mutable_hash_reply()->set_content(id); });
        refused("piece_request", [&](auto& f) { f.mutable_piece_request()->set_file(id); });
        refused("piece_list_request",
                [&](auto& f) { f.mutable_piece_list_request()->set_file(id); });
        refused("tree_request", [&](auto& f) { f.mutable_tree_request()->set_tree(id); });
        refused("tree_reply",
                [&](auto& f) { f.mutable_tree_reply()->mutable_entries(1)->set_content(id); });
        refused("search_reply", [&](auto& f) {
            f.mutable_search_reply()->mutable_results(0)->mutable_sources(0)->set_owner(id);
        });
    }
}

TEST(Wire, IdsThatMayBeAbsentHave0Or32Bytes) {
    for (const std::size_t size : {0u, 1u, 31u, 32u, 33u}) {
        const std::string id(size, '\x01');
        const auto expect = [&](const char* name, const std::function<void(wire::Frame&)>& change) {
            EXPECT_EQ(decodes_changed(sample_of(name), change), size == 0 || size == 32) << name;
        };
        expect("ping", [&](auto& f) { f.mutable_ping()->mutable_leader()->set_leader(id); });
        expect("leader_resigns", [&](auto& f) { f.mutable_leader_resigns()->set_successor(id); });
        expect("search_request",
               [&](auto& f) { f.mutable_search_request()->mutable_query()->set_owner(id); });
        expect("search_reply",
               [&](auto& f) { f.mutable_search_reply()->mutable_results(0)->set_content(id); });
        expect("catalog_update",
               [&](auto& f) { f.mutable_catalog_update()->mutable_changes(0)->set_content(id); });
    }
    EXPECT_FALSE(decodes_changed(sample_of("ping"), [](auto& f) {
        f.mutable_ping()->mutable_leader()->set_leader(std::string(32, '\0'));
    }));
}

TEST(Wire, KeysAndSignaturesAreWholeOrAbsent) {
    for (const std::size_t size : {0u, 1u, 31u, 32u, 33u, 63u, 64u, 65u}) {
        const std::string text(size, '\x04');
        const auto expect = [&](std::size_t right, bool absent, const char* name,
                                const std::function<void(wire::Frame&)>& change) {
            const bool good = size == right || (absent && size == 0);
            EXPECT_EQ(decodes_changed(sample_of(name), change), good) << name << size;
        };
        expect(32, true, "standbys",
               [&](auto& f) { f.mutable_standbys()->mutable_members(0)->set_key(text); });
        expect(64, true, "register", [&](auto& f) { f.mutable_register_()->set_signature(text); });
        expect(64, true, "catalog_update",
               [&](auto& f) { f.mutable_catalog_update()->set_seal(text); });
        expect(32, false, "followers_proof", [&](auto& f) {
            f.mutable_followers_proof()->mutable_records(0)->set_follower(text);
        });
        expect(64, false, "followers_proof", [&](auto& f) {
            f.mutable_followers_proof()->mutable_records(1)->set_signature(text);
        });
    }
    EXPECT_FALSE(decodes_changed(sample_of("register"), [](auto& f) {
        f.mutable_register_()->set_signature(std::string(64, '\0'));
    }));
}

TEST(Wire, DigestsOfAProofAreWhole) {
    const auto proof = [](wire::Frame& frame) {
        auto* reply = frame.mutable_search_reply();
        return reply->mutable_results(0)->mutable_sources(2)->mutable_proof();
    };
    for (const std::size_t size : {0u, 1u, 15u, 16u, 17u, 32u}) {
        const std::string text(size, '\x05');
        EXPECT_EQ(
            decodes_changed(sample_of("search_reply"), [&](auto& f) { proof(f)->set_place(text); }),
            size == 0 || size == 16);
        EXPECT_EQ(decodes_changed(sample_of("search_reply"),
                                  [&](auto& f) { proof(f)->set_siblings(text); }),
                  size % 16 == 0);
        EXPECT_FALSE(decodes_changed(sample_of("search_reply"), [&](auto& f) {
            f.mutable_search_reply()->mutable_seals(0)->set_signature(text);
        }));
    }
}

TEST(Wire, PieceHashesAreWhole) {
    for (const std::size_t size : {1u, 31u, 33u, 63u}) {
        EXPECT_FALSE(decodes_changed(sample_of("piece_list_reply"), [&](auto& f) {
            f.mutable_piece_list_reply()->set_hashes(std::string(size, 'x'));
        }));
    }
}

TEST(Wire, PortsHave16Bits) {
    for (const std::uint32_t port : {65536u, 65537u, 0xffffffffu}) {
        EXPECT_FALSE(decodes_changed(sample_of("hello"),
                                     [&](auto& f) { f.mutable_hello()->set_port(port); }));
        EXPECT_FALSE(decodes_changed(sample_of("roster"), [&](auto& f) {
            f.mutable_roster()->mutable_members(0)->mutable_addresses(0)->set_port(port);
        }));
    }
}

TEST(Wire, TypesOfAQueryAreAmongThoseThatExist) {
    for (const std::uint32_t types : {0u, 2u, 128u, 254u}) {
        EXPECT_TRUE(decodes_changed(sample_of("search_request"), [&](auto& f) {
            f.mutable_search_request()->mutable_query()->set_types(types);
        }));
    }
    for (const std::uint32_t types : {1u, 3u, 256u, 0xffffffffu}) {
        EXPECT_FALSE(decodes_changed(sample_of("search_request"), [&](auto& f) {
            f.mutable_search_request()->mutable_query()->set_types(types);
        }));
    }
}

TEST(Wire, ChoicesAreAmongThoseThatExist) {
    for (const int bad : {-1, 100, 0x7fffffff}) {
        const auto refused = [&](const char* name,
                                 const std::function<void(wire::Frame&)>& change) {
            EXPECT_FALSE(decodes_changed(sample_of(name), change)) << name << bad;
        };
        const auto kind = static_cast<wire::EntryKind>(bad);
        refused("hello", [&](auto& f) {
            f.mutable_hello()->set_purpose(static_cast<wire::StreamPurpose>(bad));
        });
        refused("goodbye", [&](auto& f) {
            f.mutable_goodbye()->set_reason(static_cast<wire::Goodbye::Reason>(bad));
        });
        refused("probe_reply", [&](auto& f) {
            f.mutable_probe_reply()->set_dial_back(static_cast<wire::ProbeReply::DialBack>(bad));
        });
        refused("refusal", [&](auto& f) {
            f.mutable_refusal()->set_code(static_cast<wire::Refusal::Code>(bad));
        });
        refused("registered", [&](auto& f) {
            f.mutable_registered()->set_verdict(static_cast<wire::Registered::Verdict>(bad));
        });
        refused("hash_reply", [&](auto& f) { f.mutable_hash_reply()->set_kind(kind); });
        refused("search_reply",
                [&](auto& f) { f.mutable_search_reply()->mutable_results(0)->set_kind(kind); });
        refused("catalog_update",
                [&](auto& f) { f.mutable_catalog_update()->mutable_changes(0)->set_kind(kind); });
        refused("tree_reply",
                [&](auto& f) { f.mutable_tree_reply()->mutable_entries(0)->set_kind(kind); });
    }
}

// Lists are counted while they are bytes: 2 bytes an element here, and none is ever built.

TEST(WireScan, EmptyElementsAreCounted) {
    wire::Frame frame;
    for (std::size_t i = 0; i < kDeltaChangesMax; ++i)
        frame.mutable_catalog_update()->add_changes();
    EXPECT_TRUE(lists_within_limits(bytes_of(frame.SerializeAsString())));
    frame.mutable_catalog_update()->add_changes();
    EXPECT_FALSE(lists_within_limits(bytes_of(frame.SerializeAsString())));
}

TEST(WireScan, TheCodecLooksBeforeItParses) {
    wire::Frame frame;
    for (std::size_t i = 0; i <= kDeltaChangesMax; ++i) {
        frame.mutable_catalog_update()->add_changes();
    }
    const auto decoded = decode_body(bytes_of(frame.SerializeAsString()));
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().message, "a list is too long, or not well-formed");
}

TEST(WireScan, ListsWithinElementsAreCounted) {
    wire::Frame frame;
    auto* reply = frame.mutable_search_reply();
    for (int i = 0; i < 3; ++i) reply->add_results();
    for (std::size_t i = 0; i < kSourcesPerResultMax; ++i) reply->mutable_results(2)->add_sources();
    EXPECT_TRUE(lists_within_limits(bytes_of(frame.SerializeAsString())));
    reply->mutable_results(2)->add_sources();
    EXPECT_FALSE(lists_within_limits(bytes_of(frame.SerializeAsString())));
}

TEST(WireScan, ListsOfAQueryAreCountedAndThereIsOneQuery) {
    wire::Frame frame;
    auto* query = frame.mutable_search_request()->mutable_query();
    for (std::size_t i = 0; i < kQueryTermsMax; ++i) {
        query->add_phrases();
        query->add_excluded();
        query->add_folders();
    }
    const std::string part = frame.SerializeAsString();
    EXPECT_TRUE(lists_within_limits(bytes_of(part)));
    EXPECT_FALSE(lists_within_limits(bytes_of(part + part)));
    query->add_excluded();
    EXPECT_FALSE(lists_within_limits(bytes_of(frame.SerializeAsString())));
}

TEST(WireScan, AListInSeveralPartsCountsAsOne) {
    wire::Frame frame;
    for (std::size_t i = 0; i <= kRosterMembersMax / 2; ++i) frame.mutable_roster()->add_members();
    const std::string part = frame.SerializeAsString();
    // protobuf merges the parts; a field it does not know between them changes nothing.
    const std::string unknown = {'\xa2', '\x06', '\x01', 'x'};
    EXPECT_TRUE(lists_within_limits(bytes_of(part)));
    EXPECT_FALSE(lists_within_limits(bytes_of(part + part)));
    EXPECT_FALSE(lists_within_limits(bytes_of(part + unknown + part)));
}

TEST(WireScan, BytesThatAreNoFieldsAreRefused) {
    const std::string bad[] = {
        std::string("\xff"),                                          // a tag cut off
        std::string(11, '\xff'),                                      // a tag too long
        std::string("\x00\x01", 2),                                   // field 0
        std::string("\x0b"),                                          // a group
        std::string("\x0a\x05xx"),                                    // shorter than it says
        std::string("\x09\x01\x02"),                                  // 8 bytes cut off
        std::string("\x0d\x01"),                                      // 4 bytes cut off
        std::string("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),  // a length of 2^64-1
    };
    for (const std::string& text : bad) {
        EXPECT_FALSE(lists_within_limits(bytes_of(text)));
        EXPECT_FALSE(decode_body(bytes_of(text)));
    }
}

}  // namespace
}  // namespace iwant::protocol
