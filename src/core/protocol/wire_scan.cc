#include "core/protocol/wire_scan.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

#include "core/protocol/limits.h"
#include "iwant.pb.h"

namespace iwant::protocol {
namespace {

using Span = std::span<const std::uint8_t>;

constexpr int kNested = 0;
constexpr std::size_t kOnce = 1;  // a field that is no list

/// A list field of a message, and the lists of its elements.
struct ListRule {
    int message = 0;  ///< the field in Frame, or kNested
    int field = 0;
    std::size_t elements_max = 0;
    std::span<const ListRule> nested = {};
};

constexpr std::array kMemberLists = {
    ListRule{kNested, wire::Member::kAddressesFieldNumber, kAddressesPerMemberMax}};
constexpr std::array kResultLists = {
    ListRule{kNested, wire::SearchResult::kSourcesFieldNumber, kSourcesPerResultMax}};
constexpr std::array kQueryLists = {
    ListRule{kNested, wire::Query::kExtensionsFieldNumber, kQueryExtensionsMax},
    ListRule{kNested, wire::Query::kPhrasesFieldNumber, kQueryTermsMax},
    ListRule{kNested, wire::Query::kExcludedFieldNumber, kQueryTermsMax},
    ListRule{kNested, wire::Query::kFoldersFieldNumber, kQueryTermsMax}};
constexpr std::array kHolderLists = {
    ListRule{kNested, wire::Holder::kPeersFieldNumber, kHoldersPerContentMax}};
constexpr std::array kLists = {
    ListRule{wire::Frame::kRosterFieldNumber, wire::Roster::kMembersFieldNumber, kRosterMembersMax,
             kMemberLists},
    ListRule{wire::Frame::kStandbysFieldNumber, wire::Standbys::kMembersFieldNumber, kStandbysMax,
             kMemberLists},
    ListRule{wire::Frame::kFollowersProofFieldNumber, wire::FollowersProof::kRecordsFieldNumber,
             kFollowerSamplesMax},
    ListRule{wire::Frame::kCatalogUpdateFieldNumber, wire::CatalogUpdate::kChangesFieldNumber,
             kDeltaChangesMax},
    ListRule{wire::Frame::kSearchRequestFieldNumber, wire::SearchRequest::kQueryFieldNumber, kOnce,
             kQueryLists},
    ListRule{wire::Frame::kSearchReplyFieldNumber, wire::SearchReply::kResultsFieldNumber,
             kQueryLimitMax, kResultLists},
    ListRule{wire::Frame::kSearchReplyFieldNumber, wire::SearchReply::kOwnersFieldNumber,
             kOwnersPerReplyMax, kMemberLists},
    ListRule{wire::Frame::kSearchReplyFieldNumber, wire::SearchReply::kSealsFieldNumber,
             kSealsPerReplyMax},
    ListRule{wire::Frame::kLocateReplyFieldNumber, wire::LocateReply::kSealsFieldNumber,
             kSealsPerReplyMax},
    ListRule{wire::Frame::kLocateReplyFieldNumber, wire::LocateReply::kMatchesFieldNumber,
             kLocateMatchesMax, kResultLists},
    ListRule{wire::Frame::kLocateReplyFieldNumber, wire::LocateReply::kOwnersFieldNumber,
             kOwnersPerReplyMax, kMemberLists},
    ListRule{wire::Frame::kBrowseReplyFieldNumber, wire::BrowseReply::kEntriesFieldNumber,
             kBrowseEntriesMax},
    ListRule{wire::Frame::kTreeReplyFieldNumber, wire::TreeReply::kEntriesFieldNumber,
             kTreeEntriesMax},
    ListRule{wire::Frame::kLocateReplyFieldNumber, wire::LocateReply::kHoldersFieldNumber,
             kLocateMatchesMax, kHolderLists},
    ListRule{wire::Frame::kHoldingsFieldNumber, wire::Holdings::kAddedFieldNumber, kHoldingsMax},
    ListRule{wire::Frame::kHoldingsFieldNumber, wire::Holdings::kRemovedFieldNumber, kHoldingsMax},
};

struct Field {
    int number = 0;
    bool is_delimited = false;  ///< length-delimited: text, bytes or a message
    Span content;               ///< of a delimited one
};

/// Walks the fields of one message (protobuf, "Encoding").
class FieldWalker {
  public:
    explicit FieldWalker(Span bytes) : bytes_(bytes) {}

    bool at_end() const { return bytes_.empty(); }

    /// The next field; nothing where the bytes are not well-formed.
    std::optional<Field> next() {
        const std::optional<std::uint64_t> tag = varint();
        if (!tag || *tag >> 3 == 0 || *tag >> 3 > kFieldNumberMax) return std::nullopt;
        Field field;
        field.number = static_cast<int>(*tag >> 3);
        switch (*tag & 7) {
            case 0:
                return varint() ? std::optional(field) : std::nullopt;
            case 1:
                return skip(8) ? std::optional(field) : std::nullopt;
            case 5:
                return skip(4) ? std::optional(field) : std::nullopt;
            case 2:
                break;
            default:
                return std::nullopt;  // groups are not used
        }
        const std::optional<std::uint64_t> length = varint();
        if (!length || *length > bytes_.size()) return std::nullopt;
        field.is_delimited = true;
        field.content = bytes_.first(static_cast<std::size_t>(*length));
        bytes_ = bytes_.subspan(field.content.size());
        return field;
    }

  private:
    static constexpr std::uint64_t kFieldNumberMax = (std::uint64_t{1} << 29) - 1;

    std::optional<std::uint64_t> varint() {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < 10 && i < bytes_.size(); ++i) {
            value |= static_cast<std::uint64_t>(bytes_[i] & 0x7f) << (7 * i);
            if ((bytes_[i] & 0x80) == 0) {
                bytes_ = bytes_.subspan(i + 1);
                return value;
            }
        }
        return std::nullopt;
    }

    bool skip(std::size_t count) {
        if (count > bytes_.size()) return false;
        bytes_ = bytes_.subspan(count);
        return true;
    }

    Span bytes_;
};

/// Counts the elements of lists by rules, over as many parts of a message as there are.
class ListCounter {
  public:
    explicit ListCounter(std::span<const ListRule> rules) : rules_(rules) {}

    /// Counts on in one part of the message that is field `message` of Frame.
    bool count(int message, Span bytes) {
        FieldWalker walker(bytes);
        while (!walker.at_end()) {
            const std::optional<Field> field = walker.next();
            if (!field || !count_element(message, *field)) return false;
        }
        return true;
    }

  private:
    bool count_element(int message, const Field& field) {
        if (!field.is_delimited) return true;
        for (std::size_t i = 0; i < rules_.size(); ++i) {
            const ListRule& rule = rules_[i];
            if (rule.message != message || rule.field != field.number) continue;
            if (++counts_.at(i) > rule.elements_max) return false;
            if (!rule.nested.empty()) return ListCounter(rule.nested).count(kNested, field.content);
        }
        return true;
    }

    std::span<const ListRule> rules_;
    std::array<std::size_t, kLists.size()> counts_{};
};

bool has_lists(int message) {
    return std::ranges::find(kLists, message, &ListRule::message) != kLists.end();
}

}  // namespace

bool lists_within_limits(std::span<const std::uint8_t> body) {
    FieldWalker walker(body);
    ListCounter counter(kLists);
    while (!walker.at_end()) {
        const std::optional<Field> field = walker.next();
        if (!field) return false;
        if (!field->is_delimited || !has_lists(field->number)) continue;
        if (!counter.count(field->number, field->content)) return false;
    }
    return true;
}

}  // namespace iwant::protocol
