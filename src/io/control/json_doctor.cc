#include "io/control/json.h"
#include "io/control/json_text.h"

// The report of `doctor` as JSON.

namespace iwant::control {

namespace {

namespace json = boost::json;

json::object seconds(const SecondsByChannel& times) {
    json::object object;
    for (const auto& [channel, time] : times) object[channel] = time;
    return object;
}

json::object to_object(const ChannelFacts& channel) {
    return {{"channel", channel.name},  {"possible", channel.possible},
            {"joined", channel.joined}, {"sent", channel.sent},
            {"failed", channel.failed}, {"last_error", text(channel.last_error)},
            {"heard", channel.heard},   {"peers_heard", channel.peers_heard}};
}

json::object to_object(const InterfaceFacts& interface) {
    json::array channels;
    for (const ChannelFacts& channel : interface.channels) channels.push_back(to_object(channel));
    return {{"name", text(interface.name)},   {"addresses", texts(interface.addresses)},
            {"used", interface.used},         {"why_not", text(interface.why_not)},
            {"enabled", interface.enabled},   {"carrier", interface.carrier},
            {"channels", std::move(channels)}};
}

json::object to_object(const PeerFacts& peer) {
    return {{"id", peer.id},
            {"name", text(peer.name)},
            {"address", text(peer.address)},
            {"version", text(peer.version)},
            {"online", peer.online},
            {"connected", peer.connected},
            {"same_network", peer.on_link},
            {"found_by", texts(peer.found_by)},
            {"heard_s", seconds(peer.heard_s)},
            {"reach", peer.reach},
            {"error", text(peer.error)},
            {"asked", peer.asked},
            {"answered", peer.answered},
            {"round_trip_ms", peer.round_trip_ms},
            {"hears_us_s", seconds(peer.hears_us_s)},
            {"seen_at", text(peer.seen_at)},
            {"dial_back", peer.dial_back}};
}

}  // namespace

json::value to_json(const DoctorReport& report) {
    json::array interfaces;
    for (const InterfaceFacts& each : report.interfaces) interfaces.push_back(to_object(each));
    json::array peers;
    for (const PeerFacts& each : report.peers) peers.push_back(to_object(each));
    json::value changed = nullptr;
    if (report.network_changed_s) changed = *report.network_changed_s;
    return json::object{{"well", report.well},
                        {"sentence", text(report.sentence)},
                        {"command", text(report.command)},
                        {"notes", texts(report.notes)},
                        {"peer", json::object{{"id", report.id}, {"name", text(report.name)}}},
                        {"version", report.version},
                        {"port", report.port},
                        {"announcing", report.announcing},
                        {"leader", text(report.leader)},
                        {"standbys", texts(report.standbys)},
                        {"interfaces", std::move(interfaces)},
                        {"network_changed_s", std::move(changed)},
                        {"peers", std::move(peers)},
                        {"warnings", sentences(report.warnings)},
                        {"watch_advice", text(report.watch_advice)}};
}

}  // namespace iwant::control
