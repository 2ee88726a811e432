#include "app/daemon/daemon.h"

#include <utility>

#include "app/daemon/log_file.h"
#include "app/daemon/service.h"
#include "base/version.h"
#include "io/platform/file.h"
#include "io/platform/instance_lock.h"
#include "io/platform/paths.h"

namespace iwant::daemon {
namespace {

Result<Foundation> lay_foundation(const Config& config) {
    Result<std::unique_ptr<Logger>> logger = open_log(config.home / ".iwant.log");
    if (!logger) return failure(std::move(logger));
    Result<net::Identity> identity = net::Identity::load_or_create(config.home / "identity.key");
    if (!identity) return failure(std::move(identity));
    Result<std::unique_ptr<net::TlsContext>> tls = net::TlsContext::create(*identity);
    if (!tls) return failure(std::move(tls));
    Result<std::unique_ptr<catalog::Catalog>> catalog =
        catalog::Catalog::open(config.home / "iwant.db", **logger);
    if (!catalog) return failure(std::move(catalog));
    return Foundation{config, std::move(*logger), std::move(*identity), std::move(*tls),
                      std::move(*catalog)};
}

}  // namespace

Result<void> run(const StartOptions& options,
                 const std::function<void(const StartReport&)>& started) {
    const Result<std::filesystem::path> home = state_folder(options.home);
    if (!home) return std::unexpected(home.error());
    const bool first_start = !platform::info_of(*home).has_value();
    if (Result<void> made = platform::make_private_folder(*home); !made) return made;
    const Result<platform::InstanceLock> lock = platform::InstanceLock::take(*home / "lock");
    if (!lock) return std::unexpected(lock.error());
    Result<Config> config = load_config(*home);
    if (config) config = with_options(std::move(*config), options);
    if (!config) return failure(std::move(config));
    // Before anything is made: a start that is refused leaves no folders behind.
    if (Result<void> checked = check_layout(*config); !checked) return checked;
    Result<std::vector<std::string>> made = create_missing(*config);
    if (!made) return failure(std::move(made));
    if (first_start) made->insert(made->begin(), home->string());
    // A configured folder may be away, on a disk that is not plugged in; one just typed must be
    // there.
    if (!options.shares.empty()) {
        if (Result<void> checked = check_folders(*config); !checked) return checked;
    }

    platform::protect_process_memory();
    platform::raise_file_limit();
    Result<Foundation> foundation = lay_foundation(*config);
    if (!foundation) return failure(std::move(foundation));
    const std::string peer_id = foundation->identity.peer().hex();
    foundation->logger->info("starting version=" + std::string(kVersion) + " peer=" + peer_id);

    Service service(std::move(*foundation));
    if (Result<void> opened = service.open(); !opened) return opened;
    started({peer_id, config->name, service.port(), service.web_port(), std::move(*made), *config});
    service.run();
    return {};
}

}  // namespace iwant::daemon
