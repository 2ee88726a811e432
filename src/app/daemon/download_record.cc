#include "app/daemon/download_record.h"

#include <algorithm>
#include <array>

#include <boost/json.hpp>

namespace iwant::daemon {
namespace {

namespace json = boost::json;
using swarm::DownloadState;

constexpr std::array kKeptStates{DownloadState::queued, DownloadState::paused,
                                 DownloadState::failed, DownloadState::done};

json::array write_sources(const std::vector<swarm::Source>& sources) {
    json::array array;
    for (const swarm::Source& source : sources) {
        array.push_back(json::object{{"peer", source.peer.hex()}, {"entry", source.entry.value}});
    }
    return array;
}

std::vector<swarm::Source> read_sources(const json::array& array) {
    std::vector<swarm::Source> sources;
    for (const json::value& value : array) {
        const std::optional<Hash256> peer = Hash256::from_hex(value.at("peer").as_string());
        if (peer)
            sources.push_back(
                {PeerId{*peer}, EntryId{value.at("entry").to_number<std::uint64_t>()}});
    }
    return sources;
}

DownloadState read_state(std::string_view word) {
    const auto found = std::ranges::find(
        kKeptStates, word, [](DownloadState state) { return swarm::to_string(state); });
    return found == kKeptStates.end() ? DownloadState::queued : *found;
}

swarm::DownloadRecord read_object(DownloadId id, const json::object& object) {
    swarm::DownloadRecord record;
    record.id = id;
    record.target.kind = object.at("folder_wanted").as_bool() ? EntryKind::folder : EntryKind::file;
    record.target.content = Hash256::from_hex(object.at("content").as_string());
    record.target.name = object.at("name").as_string();
    record.target.size_bytes = object.at("size").to_number<std::uint64_t>();
    record.target.sources = read_sources(object.at("sources").as_array());
    record.folder = object.at("folder").as_string();
    record.state = read_state(object.at("state").as_string());
    record.final_path = object.at("final_path").as_string();
    record.message = object.at("message").as_string();
    if (const json::value* next = object.if_contains("next_folder"))
        record.next_folder = next->as_string();
    // Records of versions without an order come in the order of asking.
    const json::value* rank = object.if_contains("rank");
    record.rank =
        rank != nullptr ? rank->to_number<std::int64_t>() : static_cast<std::int64_t>(id.value);
    return record;
}

}  // namespace

std::string write_record(const swarm::DownloadRecord& record) {
    const swarm::Target& target = record.target;
    return json::serialize(json::object{
        {"folder_wanted", target.kind == EntryKind::folder},
        {"content", target.content ? target.content->hex() : ""},
        {"name", target.name},
        {"size", target.size_bytes},
        {"sources", write_sources(target.sources)},
        {"folder", record.folder},
        {"next_folder", record.next_folder},
        {"state", swarm::to_string(record.state)},
        {"final_path", record.final_path},
        {"message", record.message},
        {"rank", record.rank},
    });
}

Result<swarm::DownloadRecord> read_record(DownloadId id, const std::string& text) {
    try {
        return read_object(id, json::parse(text).as_object());
    } catch (const std::exception& error) {
        return failure(ErrorCode::corrupt, "read download #" + std::to_string(id.value),
                       error.what());
    }
}

}  // namespace iwant::daemon
