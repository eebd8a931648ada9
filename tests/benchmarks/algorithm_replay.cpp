// What a resume pays for knowing that a replay buffer in a file is still what its checkpoint was made with: every live
// record is read once and its digest compared. Opening the file and reading the snapshot are part of it. The file comes
// from the page cache; a cold one costs the reading from the disk on top.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "replay_buffer.hpp"
#include "run_benchmarks.hpp"
#include "tutti/random.hpp"
#include "tutti/snapshot.hpp"

namespace tutti {
namespace {

constexpr std::int64_t kCopies = 10;

/// Of cooperative navigation with three agents: 117 floats a record.
EnvironmentSpec navigation_sizes() {
  EnvironmentSpec spec;
  spec.agents = {{"a", 18, 2}, {"b", 18, 2}, {"c", 18, 2}};
  spec.state_size = 54;
  spec.state_is_joint_observation = true;
  return spec;
}

/// A replay buffer in a file of a folder of its own, and the snapshot of a checkpoint of it.
class StoredReplay {
 public:
  explicit StoredReplay(std::int64_t records) : records_(records) {
    std::string pattern = (std::filesystem::temp_directory_path() / "tutti-replay-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
    folder_ = pattern;
    ReplayBuffer buffer(context(), records_);
    RandomStream random(1);
    std::vector<float> observations(kCopies * 54), actions(kCopies * 6), rewards(kCopies);
    random.fill_normal(std::span<float>(observations));
    const std::vector<std::uint8_t> no(kCopies, 0);
    const Rows<const float> seen{observations.data(), kCopies, 54};
    for (std::int64_t added = 0; added < records_; added += kCopies) {
      random.fill_normal(std::span<float>(rewards));
      buffer.add({seen, seen, {actions.data(), kCopies, 6}, rewards, seen, seen, no, no});
    }
    SnapshotWriter writer;
    buffer.save(writer);
    snapshot_ = writer.bytes();
  }
  ~StoredReplay() { std::filesystem::remove_all(folder_); }
  StoredReplay(const StoredReplay&) = delete;
  StoredReplay& operator=(const StoredReplay&) = delete;

  void resume() const {
    ReplayBuffer buffer(context(), records_);
    SnapshotReader reader(snapshot_);
    buffer.load(reader);
    benchmark::DoNotOptimize(buffer.size());
  }

  std::uintmax_t bytes() const { return std::filesystem::file_size(folder_ / "replay.bin"); }

 private:
  AlgorithmContext context() const {
    return {.environment = spec_,
            .task = "mpe/coop-nav-n3",
            .values = values_,
            .copies = kCopies,
            .environment_steps = records_,
            .seed = 1,
            .folder = folder_,
            .replayed_steps = 0};
  }

  EnvironmentSpec spec_ = navigation_sizes();
  ParameterValues values_;
  std::int64_t records_;
  std::filesystem::path folder_;
  std::vector<std::byte> snapshot_;
};

void replay_resume(benchmark::State& state) {
  const StoredReplay replay(state.range(0));
  for (auto _ : state) replay.resume();
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(replay.bytes()));
}
BENCHMARK(replay_resume)->Arg(10'000)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tutti
