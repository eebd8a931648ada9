// What an update asks of the allocator once training is under way. Tensors are made anew in every update, so the number
// of allocations is not zero; each algorithm is held to half as many again as it needs with Debian 12's LibTorch. Their
// memory comes from what earlier updates have freed: the heap soon stops growing.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/resource.h>

#include <cerrno>
#include <cstdlib>
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "loader/registry.hpp"
#include "run/preparation.hpp"
#include "tutti/algorithm.hpp"

// The GNU C library's own, under the names that a program of its own allocator may call.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* block, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
}

namespace {
std::int64_t allocations = 0;
}  // namespace

extern "C" {
void* malloc(std::size_t size) {
  ++allocations;
  return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
  ++allocations;
  return __libc_calloc(count, size);
}
void* realloc(void* block, std::size_t size) {
  ++allocations;
  return __libc_realloc(block, size);
}
void* memalign(std::size_t alignment, std::size_t size) {
  ++allocations;
  return __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) { return memalign(alignment, size); }
int posix_memalign(void** block, std::size_t alignment, std::size_t size) {
  *block = memalign(alignment, size);
  return *block == nullptr ? ENOMEM : 0;
}
}

namespace tutti {
namespace {

constexpr std::int64_t kAgents = 3, kObservation = 18, kAction = 2, kCopies = 10;

struct IgnoredMetrics final : Metrics {
  void add(std::string_view, double) override {}
  bool wanted(std::string_view) const override { return false; }
};

/// An algorithm with its default parameters, trained on noise.
class Training {
 public:
  explicit Training(const AlgorithmPlugin& plugin) {
    for (const char* name : {"a", "b", "c"}) environment_.agents.push_back({name, kObservation, kAction});
    environment_.state_size = kAgents * kObservation;
    environment_.state_is_joint_observation = true;
    ParameterSchema schema;
    plugin.declare(schema);
    for (const ParameterSpec& parameter : schema) values_[parameter.name] = parameter.default_value;
    values_["warm_up_steps"] = std::int64_t{500};
    values_["updates_per_step"] = 0.6;  // six updates for each sweep: whole periods of all algorithms
    algorithm_ = plugin.create({.environment = environment_,
                                .task = "noise",
                                .values = values_,
                                .copies = kCopies,
                                .environment_steps = 100'000,
                                .seed = 1,
                                .folder = {},
                                .replayed_steps = 0});
  }

  std::int64_t updates() const { return algorithm_->updates(); }

  void step() {
    const std::size_t state = kAgents * kObservation, joint = kAgents * kAction;
    std::vector<float> observations(kCopies * state), next(kCopies * state), actions(kCopies * joint), rewards(kCopies);
    random_.fill_normal(std::span<float>(observations));
    random_.fill_normal(std::span<float>(next));
    random_.fill_normal(std::span<float>(rewards));
    const std::vector<std::uint8_t> no(kCopies, 0);
    const Rows<const float> seen{observations.data(), kCopies, state}, later{next.data(), kCopies, state};
    algorithm_->act(seen, ActMode::kExplore, random_, {actions.data(), kCopies, joint});
    algorithm_->observe({seen, seen, {actions.data(), kCopies, joint}, rewards, later, later, no, no});
  }

  /// Allocations of the updates of one sweep, for each update.
  double update() {
    step();
    const std::int64_t before = algorithm_->updates(), allocated = allocations;
    algorithm_->update(metrics_);
    const std::int64_t made = algorithm_->updates() - before;
    return made == 0 ? 0 : static_cast<double>(allocations - allocated) / static_cast<double>(made);
  }

 private:
  EnvironmentSpec environment_;
  ParameterValues values_;
  std::unique_ptr<Algorithm> algorithm_;
  RandomStream random_{1};
  IgnoredMetrics metrics_;
};

/// Bytes that the allocator has from the system.
std::size_t held_memory() {
  const struct mallinfo2 memory = mallinfo2();
  return memory.arena + memory.hblkhd;
}

struct Bound {
  const char* algorithm;
  double allocations;  // for each update, at most

  friend void PrintTo(const Bound& bound, std::ostream* out) { *out << bound.algorithm; }
};

class UpdateMemory : public testing::TestWithParam<Bound> {};

TEST_P(UpdateMemory, ComesFromWhatEarlierUpdatesHaveFreed) {
  loader::Registry registry(loader::search_path());
  Training training(registry.algorithm(GetParam().algorithm));
  while (training.updates() < 60) training.update();
  // Which gaps the heap has depends on where other blocks lie in it, so it may grow once more before it is large
  // enough. Memory that is not given back makes it grow in each of these periods.
  std::size_t held = 0;
  double most = 0;
  bool grew = true;
  for (int period = 0; period < 6 && grew; ++period) {
    held = held_memory();
    const std::int64_t end = training.updates() + 18;
    while (training.updates() < end) most = std::max(most, training.update());
    grew = held_memory() != held;
  }
  EXPECT_FALSE(grew) << "from " << held << " to " << held_memory() << " bytes in the last period of 18 updates";
  RecordProperty("allocations", std::to_string(most));
  EXPECT_LE(most, GetParam().allocations);
}

INSTANTIATE_TEST_SUITE_P(Of, UpdateMemory,
                         testing::Values(Bound{"hasac", 4300}, Bound{"hatd3", 1500}, Bound{"maddpg", 1060},
                                         Bound{"madpmd", 2400}, Bound{"masac", 1530}, Bound{"masdac", 3100},
                                         Bound{"matd3", 870}, Bound{"omad", 2400}),
                         [](const auto& of) { return std::string(of.param.algorithm); });

}  // namespace
}  // namespace tutti

int main(int argc, char** argv) {
  tutti::run::prepare_to_compute();
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
