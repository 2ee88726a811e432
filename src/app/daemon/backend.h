#pragma once

// The service behind the local API: what users ask, turned into events of the node and changes of
// the settings.

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/daemon/config.h"
#include "app/daemon/indexer.h"
#include "app/daemon/kept_folders.h"
#include "app/daemon/node_driver.h"
#include "base/log.h"
#include "io/control/api.h"

namespace boost::asio {
class io_context;
}

namespace iwant::daemon {

/// The shares of a configuration; equal folder names get a number.
std::vector<scanner::Share> shares_of(const Config& config);

class Backend final : public control::Backend {
  public:
    /// Downloads that are remembered; when there are more, the oldest that is done is forgotten.
    static constexpr std::size_t kDownloadsMax = 1000;

    struct Facts {
        PeerId self;
        std::string version;
        std::uint16_t port = 0;
        std::uint16_t web_port = 0;
    };
    struct World {
        std::function<std::vector<control::InterfaceReport>()> interfaces;
        std::function<std::vector<control::Warning>()> warnings;
        std::function<void()> stop;
        std::function<void(const Config&)> apply_limits;
        std::function<void(const FileId&, control::Reply<control::OpenFile>)> open_file;
        std::function<void(const std::string&, control::Reply<control::DoctorReport>)> examine;
        std::function<void(const PeerId&, protocol::BrowseRequest,
                           control::Reply<protocol::BrowseReply>)>
            browse;
        /// As AwaySearch::add_to.
        std::function<std::vector<std::optional<UnixSeconds>>(protocol::SearchReply&, const Query&)>
            add_away;
    };

    /// References outlive it. `next_download` is above all ids of earlier runs.
    Backend(boost::asio::io_context& context, Config config, NodeDriver& driver, Indexer& indexer,
            KeptFolders& kept, World world, DownloadId next_download);
    ~Backend() override;

    /// As the user has them now.
    const Config& settings() const { return config_; }
    void set_facts(Facts facts) { facts_ = std::move(facts); }
    /// The node's answers to what was asked here.
    void answered(node::AnswerSearch answer);
    void answered(node::AnswerLocate answer);

    control::StatusReport status() override;
    std::vector<control::PeerReport> peers() override;
    control::ConfigReport config() override;
    void search(control::SearchRequest request,
                control::Reply<control::SearchReport> reply) override;
    void browse(control::BrowseRequest request,
                control::Reply<control::BrowseReport> reply) override;
    void download(control::DownloadRequest request,
                  control::Reply<control::DownloadReport> reply) override;
    std::vector<control::DownloadReport> downloads() override;
    std::optional<control::DownloadReport> download(std::uint64_t id) override;
    Result<control::FilesReport> files(const std::string& what, std::uint64_t first) override;
    Result<control::DownloadReport> pause(const std::string& what) override;
    Result<control::DownloadReport> resume(const std::string& what) override;
    Result<control::DownloadReport> cancel(const std::string& what) override;
    Result<control::DownloadReport> move(const std::string& what, control::QueuePlace to) override;
    std::vector<control::DownloadReport> pause_all() override;
    std::vector<control::DownloadReport> resume_all() override;
    std::vector<control::DownloadReport> cancel_all() override;
    Result<control::ConfigReport> share(const std::string& folder, bool add) override;
    Result<control::ConfigReport> unshare(const std::string& folder) override;
    Result<control::ConfigReport> set_download_folder(const std::string& folder) override;
    void stream(const std::string& what, control::Reply<control::StreamReport> reply) override;
    void open_file(const std::string& hash, control::Reply<control::OpenFile> reply) override;
    control::LimitsReport limits() override;
    Result<control::LimitsReport> set_limits(const control::LimitsChange& change) override;
    Result<void> connect(const std::string& host_and_port) override;
    void doctor(const std::string& who, control::Reply<control::DoctorReport> reply) override;
    void stop() override;

  private:
    struct PendingSearch;
    struct PendingDownload;

    void ask(std::shared_ptr<PendingSearch> search);
    void locate(std::shared_ptr<PendingDownload> download);
    Result<protocol::SearchResult> row(std::uint64_t number) const;
    Result<control::DownloadReport> start_download(const protocol::SearchResult& result,
                                                   const control::DownloadRequest& request);
    Result<control::DownloadReport> start_download(swarm::Target target,
                                                   const control::DownloadRequest& request);
    /// What nobody has who is here may be known of somebody who is away: then it waits for whoever
    /// brings it. `otherwise` is the answer when it is not.
    void download_kept(control::DownloadRequest request, const std::string& digits, Error otherwise,
                       control::Reply<control::DownloadReport> reply);
    void browse_kept(const control::BrowseRequest& request, const protocol::BrowseRequest& message,
                     Error unavailable, control::Reply<control::BrowseReport> reply);
    Result<void> make_room_for_download();
    Result<std::filesystem::path> folder_for(const control::DownloadRequest& request) const;
    std::optional<control::DownloadReport> already_there(const std::optional<Hash256>& content,
                                                         const control::DownloadRequest& request);
    Result<DownloadId> find_download(const std::string& what) const;
    Result<control::DownloadReport> tell_download(
        const std::string& what, const std::function<swarm::Event(DownloadId)>& event);
    /// In the order in which they get their turn.
    std::vector<DownloadId> downloads_that(
        const std::function<bool(swarm::DownloadState)>& are) const;
    std::vector<control::DownloadReport> tell_each(
        const std::vector<DownloadId>& ids, const std::function<swarm::Event(DownloadId)>& event);
    Result<control::ConfigReport> apply_shares(Config changed);

    boost::asio::io_context& context_;
    Config config_;
    NodeDriver& driver_;
    Indexer& indexer_;
    KeptFolders& kept_;
    const World world_;
    Facts facts_;
    const Time started_;
    DownloadId next_download_;
    node::Ticket next_ticket_{1};
    std::map<node::Ticket, std::shared_ptr<PendingSearch>> searches_;
    std::map<node::Ticket, std::shared_ptr<PendingDownload>> locates_;
    std::optional<std::vector<protocol::SearchResult>> rows_;  ///< of the last search
};

}  // namespace iwant::daemon
