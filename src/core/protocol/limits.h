#pragma once

// The limits sheet: the most of everything that we take from others or hold for them. None of them
// is ever "unlimited". Changing one that peers must agree on changes the protocol
// (doc/protocol.md).

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace iwant::protocol {

// Frames.
inline constexpr std::size_t kFrameBytesMax = std::size_t{1} << 20;
inline constexpr std::size_t kDatagramBytesMax = 1200;
inline constexpr std::size_t kFrameHeaderBytes = 4;

// Names and paths, in bytes of UTF-8.
inline constexpr std::size_t kNameBytesMax = 255;
inline constexpr std::size_t kPathBytesMax = 4096;
inline constexpr std::size_t kPathDepthMax = 64;
inline constexpr std::size_t kPeerNameBytesMax = 64;
inline constexpr std::size_t kVersionBytesMax = 32;
inline constexpr std::size_t kAddressBytesMax = 64;

// Catalogues and listings.
inline constexpr std::size_t kDeltaChangesMax = 2000;  ///< in one CatalogUpdate
/// A share of a million files with its folders.
inline constexpr std::size_t kEntriesPerOwnerMax = 1'500'000;
inline constexpr std::size_t kDownloadFilesMax = 1'000'000;  ///< in one downloaded folder
inline constexpr std::size_t kBrowseEntriesMax = 1000;       ///< in one BrowseReply
inline constexpr std::size_t kTreeEntriesMax = 4096;         ///< in one TreeReply
inline constexpr std::size_t kPieceHashesMax = 16384;        ///< in one PieceListReply: 512 KiB

// Searches.
inline constexpr std::size_t kQueryBytesMax = 256;
inline constexpr std::size_t kQueryTokensMax = 16;
inline constexpr std::uint32_t kQueryLimitMax = 200;
inline constexpr std::size_t kExtensionBytesMax = 32;
inline constexpr std::size_t kQueryExtensionsMax = 16;
inline constexpr std::size_t kQueryTermsMax = 8;  ///< phrases of one query; excluded; folders
inline constexpr std::size_t kSourcesPerResultMax = 64;
inline constexpr std::size_t kOwnersPerReplyMax = 1000;  ///< in one SearchReply or LocateReply
inline constexpr std::size_t kLocateMatchesMax = 10;
inline constexpr std::size_t kSealsPerReplyMax = 128;
inline constexpr std::size_t kCoveredPerReplyMax = 4096;  ///< peers in one answer of a standby
inline constexpr std::size_t kProofSiblingsMax = 20;
inline constexpr std::size_t kVerifiedSealsMax = 4096;  ///< that a searcher remembers
inline constexpr std::size_t kLocatePrefixMin = 6;
inline constexpr std::uint32_t kQueriesPerSecondMax = 25;  ///< of one peer at the leader
inline constexpr std::uint32_t kQueriesBurstMax = 50;      ///< that it may save up for

// Peers.
inline constexpr std::size_t kMembersMax = 10'000;
inline constexpr std::size_t kRosterMembersMax = 500;  ///< in one Roster
inline constexpr std::size_t kAddressesPerMemberMax = 8;
inline constexpr std::size_t kSessionsMax = 8192;
inline constexpr std::size_t kSessionsPerPeerMax = 8;  ///< control and bulk together
inline constexpr std::size_t kUnauthenticatedMax = 64;
inline constexpr std::size_t kUnauthenticatedPerAddressMax = 8;
inline constexpr std::uint64_t kEpochJumpMax = 1024;
inline constexpr std::uint64_t kEpochMax = std::uint64_t{1} << 53;
inline constexpr std::size_t kStandbysMax = 3;
inline constexpr std::size_t kFollowerSamplesMax = 8;  ///< in one FollowersRequest

// What downloaders tell each other.
inline constexpr std::size_t kHoldingsMax = 1000;          ///< of one peer
inline constexpr std::size_t kHoldingsTotalMax = 200'000;  ///< that a peer remembers of all others
inline constexpr std::size_t kHoldersPerContentMax = 64;   ///< in one Holder
inline constexpr std::size_t kHavePiecesMax = std::size_t{1} << 22;  ///< of one download
inline constexpr std::size_t kHaveChangesMax = 4096;                 ///< in one Have
inline constexpr std::size_t kHaveSubscriptionsMax = 1024;  ///< that a peer serves all together

// Requests under way.
inline constexpr std::size_t kRequestsPerSessionMax = 64;
inline constexpr std::size_t kBulkRequestsMax = 512;  ///< the same of a bulk session
inline constexpr std::uint32_t kPiecesPerRequestMax = 256;
inline constexpr std::size_t kSendQueueBytesMax = std::size_t{8}
                                                  << 20;  ///< per session, then it is closed

// Time. Each is absolute: a peer that dribbles bytes does not extend it.
inline constexpr std::chrono::seconds kConnectTimeout{3};
inline constexpr std::chrono::seconds kHandshakeTimeout{10};  ///< TLS and Hello together
inline constexpr std::chrono::seconds kFrameTimeout{30};  ///< from a frame's first byte to its last
inline constexpr std::chrono::seconds kIdleTimeout{45};   ///< nothing heard on a session
inline constexpr std::chrono::seconds kBulkStallTimeout{30};

}  // namespace iwant::protocol
