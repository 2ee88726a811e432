// Runs a fuzz target without a fuzzer: over each file of a folder of seeds, then over inputs made
// of them at random, the same ones every time. What is about to be tried is printed first, so that
// the last line before a crash names it.
//
//     fuzz_NAME SEEDS [MUTATIONS]          as the suite "fuzz" of ./run test does
//     fuzz_NAME SEEDS --show MUTATION      prints that input, to be kept as a seed

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "base/prng.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using iwant::Prng;

constexpr std::size_t kInputBytesMax = 4096;
constexpr std::uint64_t kChangesMax = 6;

struct Seed {
    std::string name;
    std::string bytes;
};

std::vector<Seed> seeds_in(const std::filesystem::path& folder) {
    std::vector<Seed> seeds;
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
        std::ifstream stream(file.path(), std::ios::binary);
        seeds.push_back({file.path().filename().string(),
                         std::string(std::istreambuf_iterator<char>(stream), {})});
    }
    std::ranges::sort(seeds, {}, &Seed::name);
    return seeds;
}

std::string part_of(const std::string& bytes, Prng& prng) {
    const std::size_t begin = prng.below(std::uint64_t{bytes.size() + 1});
    return bytes.substr(begin, prng.below(std::uint64_t{bytes.size() - begin + 1}));
}

/// One of: a bit, a byte, a stretch left out, a stretch of this or another seed put in.
void change(std::string& bytes, const std::vector<Seed>& seeds, Prng& prng) {
    const std::size_t at = prng.below(std::uint64_t{bytes.size() + 1});
    const std::uint64_t kind = prng.below(std::uint64_t{5});
    if (kind == 0 && at < bytes.size()) {
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << prng.below(std::uint64_t{8})));
    } else if (kind == 1 && at < bytes.size()) {
        bytes[at] = static_cast<char>(prng.next());
    } else if (kind == 2) {
        bytes.erase(at, prng.below(std::uint64_t{bytes.size() - at + 1}));
    } else if (kind == 3) {
        bytes.insert(at, part_of(bytes, prng));
    } else {
        bytes.insert(at, part_of(seeds[prng.below(seeds.size())].bytes, prng));
    }
    bytes.resize(std::min(bytes.size(), kInputBytesMax));
}

std::string mutation(const std::vector<Seed>& seeds, std::uint64_t number) {
    Prng prng(number);
    std::string bytes = seeds[prng.below(seeds.size())].bytes;
    for (std::uint64_t i = 0; i <= prng.below(kChangesMax); ++i) change(bytes, seeds, prng);
    return bytes;
}

void run(const std::string& bytes) {
    // A copy of just this size: the sanitizer sees what reads beyond it.
    const std::vector<std::uint8_t> input(bytes.begin(), bytes.end());
    LLVMFuzzerTestOneInput(input.data(), input.size());
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    const std::vector<Seed> seeds = seeds_in(argv[1]);
    if (seeds.empty()) return 2;
    if (argc == 4 && std::string_view(argv[2]) == "--show") {
        const std::string bytes = mutation(seeds, std::stoull(argv[3]));
        std::fwrite(bytes.data(), 1, bytes.size(), stdout);
        return 0;
    }
    for (const Seed& seed : seeds) {
        std::printf("seed %s\n", seed.name.c_str());
        std::fflush(stdout);
        run(seed.bytes);
    }
    const std::uint64_t mutations = argc > 2 ? std::stoull(argv[2]) : 0;
    for (std::uint64_t number = 0; number < mutations; ++number) {
        std::printf("mutation %llu\n", static_cast<unsigned long long>(number));
        std::fflush(stdout);
        run(mutation(seeds, number));
    }
    std::printf("%zu inputs, 0 failed\n", seeds.size() + (mutations > 0 ? 1 : 0));
    return 0;
}
