#include "replay_buffer.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "tutti/error.hpp"

namespace tutti {
namespace {

namespace fs = std::filesystem;

/// A folder that goes when the test does.
struct TemporaryFolder {
  fs::path path = fs::path(testing::TempDir()) / ("replay-" + std::to_string(::getpid()) + "-" +
                                                  testing::UnitTest::GetInstance()->current_test_info()->name());
  TemporaryFolder() {
    fs::remove_all(path);
    fs::create_directories(path);
  }
  ~TemporaryFolder() { fs::remove_all(path); }
};

/// Two agents; every number of a record is different, so that a mix-up shows.
struct Fixture {
  EnvironmentSpec spec;
  ParameterValues values;
  AlgorithmContext context{.environment = spec,
                           .task = "toy",
                           .values = values,
                           .copies = 1,
                           .environment_steps = 0,
                           .seed = 0,
                           .folder = {},
                           .replayed_steps = 0};

  explicit Fixture(std::int64_t copies = 1, bool joint_state = false) {
    spec.agents = {{"a", 1, 1}, {"b", 1, 1}};
    spec.state_size = 2;
    spec.state_is_joint_observation = joint_state;
    context.copies = copies;
  }

  /// Adds one step of every copy with the given rewards; observation s, successor s + 0.5 for step number s.
  void add(ReplayBuffer& buffer, const std::vector<float>& rewards, std::uint8_t terminated = 0,
           std::uint8_t truncated = 0) {
    const std::size_t copies = rewards.size();
    std::vector<float> now, next, actions;
    for (std::size_t e = 0; e < copies; ++e, ++step) {
      const auto s = static_cast<float>(step);
      now.insert(now.end(), {s, -s});
      next.insert(next.end(), {s + 0.5F, -s - 0.5F});
      actions.insert(actions.end(), {s / 1000, -s / 1000});
    }
    std::vector<float> state = now, next_state = next;
    if (!spec.state_is_joint_observation) {
      for (float& value : state) value += 100;
      for (float& value : next_state) value += 100;
    }
    const std::vector<std::uint8_t> term(copies, terminated), trunc(copies, truncated);
    buffer.add({{now.data(), copies, 2},
                {state.data(), copies, 2},
                {actions.data(), copies, 2},
                rewards,
                {next.data(), copies, 2},
                {next_state.data(), copies, 2},
                term,
                trunc});
  }
  std::int64_t step = 0;
};

/// R and the bootstrap factor from each start, n = 3 and discount 0.5.
std::pair<std::vector<float>, std::vector<float>> three_step(const ReplayBuffer& buffer,
                                                             std::vector<std::int64_t> starts) {
  const Batch batch = buffer.gather(starts, 3, 0.5);
  const auto list = [](const torch::Tensor& t) {
    return std::vector<float>(t.data_ptr<float>(), t.data_ptr<float>() + t.numel());
  };
  return {list(batch.rewards), list(batch.bootstrap)};
}

TEST(ReplayBuffer, WalksUpToNStepsAndStopsAtAnEpisodesEnd) {
  for (const bool terminates : {false, true}) {
    Fixture fixture;
    ReplayBuffer buffer(fixture.context, 100);
    for (const float reward : {1.0F, 2.0F, 3.0F, 4.0F, 5.0F}) {
      const bool ends = reward == 3;
      fixture.add(buffer, {reward}, ends && terminates, ends && !terminates);
    }
    const auto [rewards, bootstrap] = three_step(buffer, {0, 1, 2, 3});
    EXPECT_EQ(rewards, (std::vector<float>{2.75F, 3.5F, 3.0F, 6.5F}));
    const float kept = terminates ? 0.0F : 1.0F;  // 3 is the newest record: unfinished, hence bootstrapped
    EXPECT_EQ(bootstrap, (std::vector<float>{0.125F * kept, 0.25F * kept, 0.5F * kept, 0.25F}));
  }
}

TEST(ReplayBuffer, WalksEachOfTheInterleavedCopiesByItself) {
  Fixture fixture(2);
  ReplayBuffer buffer(fixture.context, 100);
  for (const float reward : {1.0F, 2.0F, 3.0F}) fixture.add(buffer, {reward, 10 * reward});
  const auto [rewards, bootstrap] = three_step(buffer, {0, 1, 4, 5});
  EXPECT_EQ(rewards, (std::vector<float>{2.75F, 27.5F, 3.0F, 30.0F}));
  EXPECT_EQ(bootstrap, (std::vector<float>{0.125F, 0.125F, 0.5F, 0.5F}));
}

TEST(ReplayBuffer, GivesTheSuccessorOfTheLastStepWalked) {
  Fixture fixture;
  ReplayBuffer buffer(fixture.context, 100);
  for (int i = 0; i < 5; ++i) fixture.add(buffer, {0.0F});
  const Batch batch = buffer.gather(std::vector<std::int64_t>{1}, 3, 0.5);
  EXPECT_TRUE(batch.observations.equal(torch::tensor({{1.0F, -1.0F}})));
  EXPECT_TRUE(batch.actions.equal(torch::tensor({{0.001F, -0.001F}})));
  EXPECT_TRUE(batch.states.equal(torch::tensor({{101.0F, 99.0F}})));
  EXPECT_TRUE(batch.next_observations.equal(torch::tensor({{3.5F, -3.5F}})));
  EXPECT_TRUE(batch.next_states.equal(torch::tensor({{103.5F, 96.5F}})));
}

TEST(ReplayBuffer, StoresNoStateThatIsTheJointObservation) {
  Fixture apart(1, false), joint(1, true);
  const auto bytes = [](const Fixture& f) { return ReplayBuffer::resources(f.context, 1000).memory_bytes; };
  EXPECT_EQ(bytes(apart) - bytes(joint), 1000 * 4 * 4);  // two states of two floats in each record
  ReplayBuffer buffer(joint.context, 1000);
  joint.add(buffer, {1.0F});
  const Batch batch = buffer.gather(std::vector<std::int64_t>{0}, 1, 0.5);
  EXPECT_TRUE(batch.states.equal(batch.observations));
  EXPECT_TRUE(batch.next_states.equal(batch.next_observations));
}

TEST(ReplayBuffer, KeepsTheNewestAndSamplesThemEvenly) {
  Fixture fixture;
  ReplayBuffer buffer(fixture.context, 4);
  for (int i = 0; i < 10; ++i) fixture.add(buffer, {static_cast<float>(i)});
  EXPECT_EQ(buffer.size(), 4);
  RandomStream random(1);
  const Batch batch = buffer.sample(40'000, 1, 0.9, random);
  for (int reward = 0; reward < 10; ++reward) {
    const double share = (batch.rewards == reward).sum().item<double>() / 40'000;
    EXPECT_NEAR(share, reward < 6 ? 0 : 0.25, 0.01) << "reward " << reward;
  }
}

TEST(ReplayBuffer, GoesBackToAnEarlierCheckpointOfItsFile) {
  const TemporaryFolder folder;
  Fixture fixture(2);
  fixture.context.folder = folder.path;
  fixture.context.environment_steps = 1000;
  fixture.context.replayed_steps = 20;
  ReplayBuffer buffer(fixture.context, 30);
  const auto live = [](const ReplayBuffer& b) {
    std::vector<std::int64_t> starts;
    for (std::int64_t n = b.added() - b.size(); n < b.added(); ++n) starts.push_back(n);
    return b.gather(starts, 1, 1.0);
  };
  for (int i = 0; i < 100; ++i) fixture.add(buffer, {1.0F, 2.0F});
  SnapshotWriter writer;
  buffer.save(writer);
  const Batch at_checkpoint = live(buffer);
  for (int i = 0; i < 10; ++i) fixture.add(buffer, {3.0F, 4.0F});  // 20 steps that are lost
  ReplayBuffer resumed(fixture.context, 30);
  SnapshotReader reader(writer.bytes());
  resumed.load(reader);
  EXPECT_EQ(resumed.size(), 30);
  EXPECT_TRUE(live(resumed).observations.equal(at_checkpoint.observations));
  EXPECT_TRUE(live(resumed).rewards.equal(at_checkpoint.rewards));
}

TEST(ReplayBuffer, SnapshotInMemoryHoldsTheRecords) {
  Fixture fixture;
  ReplayBuffer buffer(fixture.context, 4), other(fixture.context, 4);
  for (int i = 0; i < 7; ++i) fixture.add(buffer, {static_cast<float>(i)});
  SnapshotWriter writer;
  buffer.save(writer);
  SnapshotReader reader(writer.bytes());
  other.load(reader);
  EXPECT_TRUE(other.gather(std::vector<std::int64_t>{3, 4, 5, 6}, 1, 1.0)
                  .rewards.equal(torch::tensor({3.0F, 4.0F, 5.0F, 6.0F})));
}

TEST(ReplayBuffer, RefusesASnapshotWhoseFileIsAnother) {
  const TemporaryFolder folder;
  Fixture fixture;
  fixture.context.folder = folder.path;
  SnapshotWriter writer;
  {
    ReplayBuffer buffer(fixture.context, 10);
    fixture.add(buffer, {1.0F});
    buffer.save(writer);
  }
  fs::remove(folder.path / "replay.bin");
  ReplayBuffer fresh(fixture.context, 10);
  SnapshotReader reader(writer.bytes());
  EXPECT_THROW(fresh.load(reader), Error);
}

TEST(ReplayBuffer, CheckpointBeforeTheFirstStepReadsBack) {
  const TemporaryFolder folder;
  Fixture fixture;
  fixture.context.folder = folder.path;
  SnapshotWriter writer;
  ReplayBuffer(fixture.context, 10).save(writer);
  ReplayBuffer resumed(fixture.context, 10);
  SnapshotReader reader(writer.bytes());
  resumed.load(reader);
  EXPECT_EQ(resumed.size(), 0);
}

TEST(ReplayBuffer, RefusesASnapshotOfLessThanNoSteps) {
  const TemporaryFolder folder;
  Fixture fixture;
  fixture.context.folder = folder.path;
  ReplayBuffer buffer(fixture.context, 10);
  SnapshotWriter writer;
  writer.value<std::int64_t>("replay/added", -5);
  writer.text("replay/storage", "file");
  writer.values<std::uint64_t>("replay/blocks", {});
  SnapshotReader reader(writer.bytes());
  EXPECT_THROW(buffer.load(reader), Error);
}

TEST(ReplayBuffer, EveryFlippedBitOfALiveRecordIsNoticed) {
  const TemporaryFolder folder;
  Fixture fixture;
  fixture.context.folder = folder.path;
  SnapshotWriter writer;
  {
    ReplayBuffer buffer(fixture.context, 600);
    for (int i = 0; i < 600; ++i) fixture.add(buffer, {static_cast<float>(i)});
    buffer.save(writer);
  }
  const fs::path file = folder.path / "replay.bin";
  const std::uintmax_t size = fs::file_size(file);
  for (std::uintmax_t place = 4096; place < size; place += (size - 4097) / 97) {
    const auto flip = [&] {
      std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
      stream.seekg(static_cast<std::streamoff>(place));
      const char byte = static_cast<char>(stream.get() ^ 4);
      stream.seekp(static_cast<std::streamoff>(place));
      stream.put(byte);
    };
    flip();
    ReplayBuffer damaged(fixture.context, 600);
    SnapshotReader reader(writer.bytes());
    EXPECT_THROW(damaged.load(reader), Error) << place;
    flip();
  }
  ReplayBuffer whole(fixture.context, 600);
  SnapshotReader reader(writer.bytes());
  EXPECT_NO_THROW(whole.load(reader));
}

TEST(ReplayBuffer, NamesTheStepAndTheQuantityThatIsNotFinite) {
  Fixture fixture;
  ReplayBuffer buffer(fixture.context, 10);
  fixture.add(buffer, {1.0F});
  try {
    fixture.add(buffer, {std::nanf("")});
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "environment step 2: the reward is not finite");
  }
}

TEST(ReplayBuffer, ReservesNoMoreThanTheBudgetNeeds) {
  Fixture fixture;
  fixture.context.environment_steps = 100;
  EXPECT_EQ(ReplayBuffer::resources(fixture.context, 1'000'000).memory_bytes,
            ReplayBuffer::resources(fixture.context, 100).memory_bytes);
}

TEST(ReplayBuffer, SaysSoWhenTheDiskHasNoRoom) {
  const TemporaryFolder folder;
  Fixture fixture;
  fixture.context.folder = folder.path;
  fixture.context.environment_steps = std::int64_t{1} << 50;
  EXPECT_GT(ReplayBuffer::resources(fixture.context, std::int64_t{1} << 50).disk_bytes, std::int64_t{1} << 50);
  EXPECT_THROW(ReplayBuffer(fixture.context, std::int64_t{1} << 50), Error);
  EXPECT_FALSE(fs::exists(folder.path / "replay.bin")) << "half a file is left";
}

TEST(MappedMemory, KeepsAFileThatHasTheRightSize) {
  const TemporaryFolder folder;
  {
    const MappedMemory memory(folder.path / "m.bin", 8192);
    memory.data()[100] = std::byte{42};
    memory.flush();
  }
  const MappedMemory again(folder.path / "m.bin", 8192);
  EXPECT_EQ(again.data()[100], std::byte{42});
}

TEST(MappedMemory, RefusesAFileThatHasAnotherNameAndASymbolicLink) {
  const TemporaryFolder folder;
  { const MappedMemory memory(folder.path / "other.bin", 8192); }
  fs::create_hard_link(folder.path / "other.bin", folder.path / "hard.bin");
  fs::create_symlink("other.bin", folder.path / "link.bin");
  EXPECT_THROW(MappedMemory(folder.path / "hard.bin", 8192), Error);
  EXPECT_THROW(MappedMemory(folder.path / "link.bin", 8192), Error);
}

}  // namespace
}  // namespace tutti
