#include "app/daemon/config.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "app/daemon/config_reader.h"
#include "app/daemon/config_text.h"
#include "app/daemon/config_values.h"
#include "app/daemon/log_file.h"

namespace iwant::daemon {
namespace {

namespace fs = std::filesystem;

std::string content_of(const fs::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

fs::perms mode_of(const fs::path& path) {
    return fs::status(path).permissions();
}

constexpr fs::perms kOwnerFile = fs::perms::owner_read | fs::perms::owner_write;

Result<Config> read(std::string_view text) {
    return read_config_text(text, "config.toml", {});
}

// A home folder of its own, so that "~" and the defaults lead into it.
class ConfigTest : public testing::Test {
  protected:
    void SetUp() override {
        std::string pattern = (fs::temp_directory_path() / "iwant-config-XXXXXX").string();
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        user_ = fs::canonical(pattern);
        state_ = user_ / ".iwant";
        const char* old = std::getenv("HOME");
        old_home_ = old ? old : "";
        ::setenv("HOME", user_.c_str(), 1);
    }

    void TearDown() override {
        for (const char* name : {"IWANT_HOME", "IWANT_NAME", "IWANT_PORT", "IWANT_WEB_PORT",
                                 "IWANT_DOWNLOAD_DIR", "IWANT_LOG"}) {
            ::unsetenv(name);
        }
        ::setenv("HOME", old_home_.c_str(), 1);
        fs::remove_all(user_);
    }

    Config load() {
        const Result<Config> config = load_config(state_);
        EXPECT_TRUE(config) << config.error().text();
        return config.value_or(Config{});
    }

    void write(const std::string& text) {
        fs::create_directories(state_);
        fs::permissions(state_, fs::perms::owner_all);
        std::ofstream(state_ / "config.toml") << text;
    }

    fs::path made(const std::string& name) {
        fs::create_directories(user_ / name);
        return user_ / name;
    }

    fs::path user_;
    fs::path state_;
    std::string old_home_;
};

TEST_F(ConfigTest, TheFirstStartMakesWhatIsMissingAndTheSecondNothing) {
    const Config config = load();
    EXPECT_EQ(config.shared_folders, std::vector{user_ / "iWant/Shared"});
    EXPECT_EQ(config.download_folder, user_ / "iWant/Downloads");
    EXPECT_EQ(config.port, 4926);
    const auto made = create_missing(config);
    ASSERT_TRUE(made) << made.error().text();
    EXPECT_EQ(*made, (std::vector<std::string>{state_ / "config.toml", user_ / "iWant/Shared",
                                               user_ / "iWant/Downloads"}));
    EXPECT_EQ(mode_of(state_), fs::perms::owner_all);
    EXPECT_EQ(mode_of(state_ / "config.toml"), kOwnerFile);
    EXPECT_TRUE(check_folders(config));
    EXPECT_TRUE(create_missing(load())->empty());
}

TEST_F(ConfigTest, TheTemplateIsAllCommentsAndTheirLinesAreValid) {
    const Config defaults = load();
    const std::string text = config_template(defaults);
    EXPECT_TRUE(read(text)) << read(text).error().text();
    std::string uncommented;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.find(" = ") != std::string::npos) uncommented += line.substr(2) + "\n";
    }
    const Result<Config> config = read(uncommented);
    ASSERT_TRUE(config) << config.error().text();
    EXPECT_EQ(config->ignore, defaults.ignore);
    EXPECT_EQ(config->shared_folders, defaults.shared_folders);
    EXPECT_EQ(config->parallel_downloads, defaults.parallel_downloads);
}

TEST_F(ConfigTest, FlagsWinOverEnvironmentOverFileOverDefaults) {
    write("name = \"file\"\nport = 5000\nweb_port = 5001\n");
    ::setenv("IWANT_NAME", "environment", 1);
    ::setenv("IWANT_PORT", "5002", 1);
    StartOptions options;
    options.name = "flag";
    const Result<Config> config = with_options(load(), options);
    ASSERT_TRUE(config);
    EXPECT_EQ(config->name, "flag");
    EXPECT_EQ(config->port, 5002);
    EXPECT_EQ(config->web_port, 5001);
    EXPECT_EQ(config->parallel_downloads, 3u);
}

TEST_F(ConfigTest, TheStateFolderIsTheFlagElseTheEnvironmentElseTheSystems) {
    EXPECT_EQ(*state_folder({}), state_);
    ::setenv("IWANT_HOME", (user_ / "elsewhere").c_str(), 1);
    EXPECT_EQ(*state_folder({}), user_ / "elsewhere");
    EXPECT_EQ(*state_folder(user_ / "flag"), user_ / "flag");
}

TEST_F(ConfigTest, SaysHowMuchOfWhatWasPlayedIsKept) {
    EXPECT_EQ(load().stream_cache_bytes, 10'000'000'000u);
    write("stream_cache = \"2 GiB\"\n");
    EXPECT_EQ(load().stream_cache_bytes, std::uint64_t{2} << 30);
    write("stream_cache = \"none\"\n");
    EXPECT_EQ(load().stream_cache_bytes, 0u);
}

TEST_F(ConfigTest, LimitsAreReadAndSavedAsTheyWereWritten) {
    write("upload_limit = \"08:00-18:00 5 MB/s\" # by day\nupload_slots = 4\n");
    Config config = load();
    EXPECT_EQ(config.upload_limit.at(9 * 60), 5'000'000u);
    EXPECT_EQ(config.upload_slots, 4u);
    config.download_limit = RateSchedule::parse("2 MiB/s").value();
    ASSERT_TRUE(save_limits(config));
    const Config again = load();
    EXPECT_EQ(again.upload_limit.text(), "08:00-18:00 5 MB/s");
    EXPECT_EQ(again.download_limit.at(0), 2u << 20);
}

TEST_F(ConfigTest, MistakesNameLineAndKey) {
    const std::pair<const char*, const char*> cases[] = {
        {"\nprot = 1\n", "line 2: \"prot\" is not a setting"},
        {"port = \"4926\"\n", "line 1: \"port\" must be a port number"},
        {"port = 0\n", "line 1: \"port\""},
        {"port = -1\n", "line 1: \"port\""},
        {"port = 65536\n", "line 1: \"port\""},
        {"port = 99999999999999999999\n", "line 1"},
        {"port = 1\nport = 2\n", "line 2"},
        {"web = 1\n", "\"web\" must be true or false"},
        {"name = \"\"\n", "\"name\" must have 1 to 64 bytes"},
        {"name = \"a\\nb\"\n", "\"name\""},
        {"parallel_downloads = 0\n", "\"parallel_downloads\""},
        {"parallel_downloads = 33\n", "\"parallel_downloads\""},
        {"share_downloads = 1\n", "\"share_downloads\""},
        {"upload_limit = 5\n", "\"upload_limit\" must be a text"},
        {"download_limit = \"fast\"\n", "\"download_limit\" must be a rate"},
        {"stream_cache = 5\n", "\"stream_cache\" must be a text"},
        {"stream_cache = \"much\"\n", "\"stream_cache\""},
        {"upload_slots = 0\n", "\"upload_slots\" must be a number from 1 to 256"},
        {"shared_folders = \"/a\"\n", "\"shared_folders\" must be a list"},
        {"shared_folders = [1]\n", "\"shared_folders\" must be a list"},
        {"shared_folders = [\"music\"]\n", "must be an absolute path"},
        {"peers = [\"a:0\"]\n", "\"peers\""},
        {"ignore = [\"a/b\"]\n", "\"ignore\""},
        {"[table]\nx = 1\n", "line 1: \"table\" is not a setting"},
        {"name = \n", "line 1"},
        {"name = \"\xff\"\n", "line 1"},
    };
    for (const auto& [text, expected] : cases) {
        const Result<Config> config = read(text);
        ASSERT_FALSE(config) << text;
        EXPECT_NE(config.error().text().find(expected), std::string::npos)
            << text << config.error().text();
    }
}

TEST_F(ConfigTest, LimitsHoldAtTheirEdges) {
    EXPECT_TRUE(read("name = \"" + std::string(64, 'a') + "\""));
    EXPECT_FALSE(read("name = \"" + std::string(65, 'a') + "\""));
    EXPECT_TRUE(read("port = 1\nweb_port = 65535\nparallel_downloads = 32"));
    write("# " + std::string(kConfigBytesMax, 'x'));
    EXPECT_EQ(load_config(state_).error().code, ErrorCode::limit);
}

TEST_F(ConfigTest, FilesOfOtherEditorsAreRead) {
    EXPECT_EQ(read("\xef\xbb\xbfname = \"a\"\r\nport = 5\r\n")->port, 5);
    EXPECT_EQ(read("shared_folders = [\"~/Music\"]")->shared_folders.at(0), user_ / "Music");
}

TEST_F(ConfigTest, EnvironmentAndFlagsAreCheckedToo) {
    ::setenv("IWANT_PORT", "0", 1);
    EXPECT_NE(load_config(state_).error().text().find("IWANT_PORT"), std::string::npos);
    ::setenv("IWANT_PORT", "80x", 1);
    EXPECT_FALSE(load_config(state_));
    ::unsetenv("IWANT_PORT");
    StartOptions options;
    options.peers = {"host:0"};
    EXPECT_FALSE(with_options(load(), options));
    options.peers = {"host:4926", "192.0.2.7", "[fe80::1]:4926", "fe80::1"};
    EXPECT_TRUE(with_options(load(), options));
    options.name = std::string(65, 'x');
    EXPECT_FALSE(with_options(load(), options));
}

TEST_F(ConfigTest, FoldersThatMustNotBeSharedAreRefused) {
    Config config = load();
    ASSERT_TRUE(create_missing(config));
    const auto refused = [&config](const fs::path& share) {
        config.shared_folders = {share};
        return !check_folders(config);
    };
    made("iWant/Downloads/inner");
    made("Music");
    std::ofstream(user_ / "file") << "x";
    for (const fs::path& share :
         {fs::path("/"), fs::path("/etc"), fs::path("/etc/ssl"), fs::path("/home"), user_,
          user_.parent_path(), state_, state_ / "x", user_ / "iWant", user_ / "iWant/Downloads",
          user_ / "iWant/Downloads/inner", user_ / "missing", user_ / "file"}) {
        EXPECT_TRUE(refused(share)) << share;
    }
    EXPECT_FALSE(refused(user_ / "Music"));
    EXPECT_FALSE(refused(user_ / "iWant/Shared"));
}

TEST_F(ConfigTest, SharedFoldersAreApart) {
    Config config = load();
    ASSERT_TRUE(create_missing(config));
    const fs::path music = made("Music");
    const fs::path inner = made("Music/inner");
    const fs::path similar = made("Musical");
    config.shared_folders = {music, similar};
    EXPECT_TRUE(check_folders(config));
    config.shared_folders = {music, music};
    EXPECT_FALSE(check_folders(config));
    config.shared_folders = {inner, music};
    EXPECT_FALSE(check_folders(config));
    config.shared_folders = {};
    EXPECT_TRUE(check_folders(config));
    config.shared_folders = {user_ / "away"};
    EXPECT_FALSE(check_folders(config));
    EXPECT_TRUE(check_layout(config));
    config.download_folder = state_ / "downloads";
    EXPECT_FALSE(check_layout(config));
}

TEST_F(ConfigTest, ChangesKeepWhatTheUserWrote) {
    write(
        "# mine\nname = \"ann\"   # me\nshared_folders = [ # two\n  \"/größe\",\n  \"/b\",\n] # "
        "end\n"
        "port = 5000\n");
    Config config = load();
    config.shared_folders = {"/x \"y\"", "/grün\\z"};
    ASSERT_TRUE(save_shared_folders(config));
    EXPECT_EQ(
        content_of(state_ / "config.toml"),
        "# mine\nname = \"ann\"   # me\nshared_folders = [\"/x \\\"y\\\"\", \"/grün\\\\z\"] # end\n"
        "port = 5000\n");
    config.download_folder = "/d";
    ASSERT_TRUE(save_download_folder(config));
    const Config after = load();
    EXPECT_EQ(after.shared_folders, config.shared_folders);
    EXPECT_EQ(after.download_folder, config.download_folder);
    EXPECT_EQ(after.port, 5000);
    EXPECT_EQ(mode_of(state_ / "config.toml"), kOwnerFile);
}

TEST_F(ConfigTest, AMissingKeyIsAddedBelowItsComment) {
    Config config = load();
    config.download_folder = "/d";
    ASSERT_TRUE(save_download_folder(config));
    const std::string text = content_of(state_ / "config.toml");
    const std::size_t comment = text.find("# download_folder = ");
    const std::size_t value = text.find("\ndownload_folder = \"/d\"\n");
    ASSERT_NE(comment, std::string::npos);
    EXPECT_EQ(value, text.find('\n', comment));
}

TEST_F(ConfigTest, ABrokenFileIsNotTouched) {
    write("name = \n");
    Config config;
    config.home = state_;
    config.download_folder = "/d";
    EXPECT_FALSE(save_download_folder(config));
    EXPECT_EQ(content_of(state_ / "config.toml"), "name = \n");
}

TEST_F(ConfigTest, PathsThatTomlCannotHoldAreRefused) {
    Config config = load();
    config.download_folder = "/\xff";
    EXPECT_FALSE(save_download_folder(config));
    EXPECT_FALSE(fs::exists(state_ / "config.toml"));
}

TEST_F(ConfigTest, TheLogIsPrivateRotatedAndOneLineAnEntry) {
    const fs::path file = user_ / "log";
    {
        const auto logger = open_log(file, 2000);
        ASSERT_TRUE(logger) << logger.error().text();
        (*logger)->debug("not shown");
        (*logger)->info("name\n2026-01-01 ERROR fake");
        EXPECT_EQ(content_of(file).find("not shown"), std::string::npos);
        EXPECT_NE(content_of(file).find("info name\\x0a2026"), std::string::npos)
            << content_of(file);
        for (int i = 0; i < 200; ++i) (*logger)->warning("line " + std::to_string(i));
    }
    EXPECT_EQ(mode_of(file), kOwnerFile);
    std::size_t files = 0;
    for (const auto& entry : fs::directory_iterator(user_)) {
        EXPECT_LE(entry.file_size(), 2100u);
        EXPECT_EQ(mode_of(entry.path()), kOwnerFile);
        ++files;
    }
    EXPECT_EQ(files, 1 + kOldLogFilesMax);
}

TEST_F(ConfigTest, TheLogSaysMoreWhenAskedTo) {
    ::setenv("IWANT_LOG", "debug", 1);
    {
        const auto logger = open_log(user_ / "log");
        ASSERT_TRUE(logger);
        (*logger)->debug("shown");
        (*logger)->info("flushes");
    }
    EXPECT_NE(content_of(user_ / "log").find("shown"), std::string::npos);
    ::setenv("IWANT_LOG", "loud", 1);
    EXPECT_FALSE(open_log(user_ / "log"));
}

TEST_F(ConfigTest, AFullDiskDoesNotStopTheLog) {
    if (!fs::exists("/dev/full")) GTEST_SKIP() << "needs /dev/full";
    const auto logger = open_log("/dev/full");
    ASSERT_TRUE(logger);
    (*logger)->error("lost");
    (*logger)->error("lost too");
}

}  // namespace
}  // namespace iwant::daemon
