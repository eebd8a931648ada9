// Damaged folders: whatever is wrong is named and left out, never a crash and never a silent zero.
#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>
#include <cmath>

#include "digest/digest.hpp"
#include "reports/data/dataset.hpp"
#include "suite_folder.hpp"
#include "tutti/error.hpp"

namespace tutti::reports {
namespace {

class DamagedFolder : public testing::Test {
 protected:
  DamagedFolder() {
    for (int seed = 0; seed < 3; ++seed) {
      const double mean = 10.0 + seed;
      folders_.push_back(suite_.add(plain_run("mpe/a", "omad", seed, {0, 5, mean}, mean)));
    }
    suite_.write();
  }

  Analysis report() { return analyse_folder(suite_.write(), quick_options()); }

  // A run that is left out: named, missing, and not among the scores.
  void expect_left_out(const Analysis& analysis, const std::string& file) {
    EXPECT_TRUE(
        std::ranges::any_of(analysis.damage, [&](const Damage& d) { return d.file.find(file) != std::string::npos; }));
    EXPECT_EQ(analysis.main.cells[0][0].n, 2);
    EXPECT_EQ(analysis.main.cells[0][0].missing, 1);
    EXPECT_EQ(analysis.main.cells[0][0].mean, 11.5);
    ASSERT_EQ(analysis.missing.size(), 1U);
    EXPECT_EQ(analysis.missing[0].seed, 0);
    EXPECT_EQ(analysis.missing[0].state, RunState::kDamaged);
  }

  void forget_digest() {
    results::RunRecord record = *results::read_run_record(folders_[0]);
    record.evaluations_digest.clear();
    results::write_run_record(folders_[0], record);
  }

  // Puts the gzip file of a table in its place.
  static void compress(const std::filesystem::path& file) {
    const std::string text = read_text(file);
    const std::string name = file.string() + ".gz";
    const gzFile out = gzopen(name.c_str(), "wb9");
    ASSERT_EQ(gzwrite(out, text.data(), static_cast<unsigned>(text.size())), static_cast<int>(text.size()));
    ASSERT_EQ(gzclose(out), Z_OK);
    std::filesystem::remove(file);
  }

  std::string evaluations() const { return read_text(folders_[0] / "evaluations.csv"); }
  void set_evaluations(const std::string& text) {
    write_text(folders_[0] / "evaluations.csv", text);
    forget_digest();
  }

  SuiteFolder suite_{2, 2};
  std::vector<std::filesystem::path> folders_;
};

TEST_F(DamagedFolder, IsWholeToBeginWith) {
  const Analysis analysis = report();
  EXPECT_TRUE(analysis.damage.empty());
  EXPECT_EQ(analysis.main.cells[0][0].n, 3);
  EXPECT_EQ(analysis.main.cells[0][0].mean, 11);
}

TEST_F(DamagedFolder, TruncatedAtAnyByteIsNamedAndLeftOut) {
  const std::string whole = evaluations();
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    set_evaluations(whole.substr(0, size));
    expect_left_out(report(), "seed-0/evaluations.csv");
  }
}

TEST_F(DamagedFolder, ChangedNumbersAreNoticedByTheDigest) {
  std::string text = evaluations();
  text[text.rfind("11,25")] = '9';
  write_text(folders_[0] / "evaluations.csv", text);
  const Analysis analysis = report();
  expect_left_out(analysis, "seed-0/evaluations.csv");
  EXPECT_EQ(analysis.tasks[0].bounds.low, 4);
  EXPECT_EQ(analysis.tasks[0].bounds.high, 13);  // not 91
  for (const reports::Run& run : analysis.data->runs) {
    EXPECT_EQ(run.evaluations.empty(), run.seed == 0);
    EXPECT_EQ(run.absolute.has_value(), run.seed != 0);
  }
}

TEST_F(DamagedFolder, EveryOtherChangedTableIsNoticedByItsDigest) {
  results::RunRecord record = *results::read_run_record(folders_[0]);
  for (const char* file : {"absolute.csv", "timing.csv"}) {
    record.table_digests[file] = sha256_of_file(folders_[0] / file);
  }
  results::write_run_record(folders_[0], record);
  for (const char* file : {"absolute.csv", "timing.csv"}) {
    const std::string whole = read_text(folders_[0] / file);
    write_text(folders_[0] / file, whole + whole.substr(whole.rfind('\n', whole.size() - 2) + 1));
    expect_left_out(report(), std::string("seed-0/") + file);
    write_text(folders_[0] / file, whole);
  }
}

// For results that are kept: `gzip -9n` over the larger tables.
TEST_F(DamagedFolder, CompressedTablesAreReadAsTheTablesThatTheyWere) {
  const Analysis before = report();
  for (const std::filesystem::path& folder : folders_) {
    for (const char* file : {"evaluations.csv", "absolute.csv"}) compress(folder / file);
  }
  const Analysis analysis = report();
  EXPECT_TRUE(analysis.damage.empty());
  EXPECT_EQ(analysis.main.cells[0][0].n, 3);
  EXPECT_EQ(analysis.main.cells[0][0].mean, before.main.cells[0][0].mean);
  for (const reports::Run& run : analysis.data->runs) EXPECT_TRUE(run.absolute.has_value());
}

TEST_F(DamagedFolder, ACompressedTableThatIsNotWholeIsLeftOut) {
  compress(folders_[0] / "evaluations.csv");
  const std::filesystem::path file = folders_[0] / "evaluations.csv.gz";
  const std::string whole = read_text(file);
  for (std::size_t size = 0; size < whole.size(); size += 5) {
    write_text(file, whole.substr(0, size));
    expect_left_out(report(), "seed-0/evaluations.csv");
  }
  std::string other = whole;
  other[other.size() / 2] ^= 4;
  for (const std::string& text : {other, whole + "more", whole + whole}) {
    write_text(file, text);
    expect_left_out(report(), "seed-0/evaluations.csv");
  }
}

TEST_F(DamagedFolder, FolderOfAnotherRunIsLeftOut) {
  std::filesystem::remove_all(folders_[0]);
  std::filesystem::copy(folders_[1], folders_[0], std::filesystem::copy_options::recursive);
  const Analysis analysis = report();
  EXPECT_EQ(analysis.main.cells[0][0].n, 2);
  ASSERT_FALSE(analysis.damage.empty());
  EXPECT_EQ(analysis.damage[0].what, "is not of the run that was planned: seed 1 instead of 0; the run is left out");
}

TEST_F(DamagedFolder, RunOfAnotherProtocolIsLeftOut) {
  results::RunRecord record = *results::read_run_record(folders_[0]);
  record.protocol.mode = "sampled";
  results::write_run_record(folders_[0], record);
  expect_left_out(report(), "seed-0/run.json");
}

TEST_F(DamagedFolder, RunThatIsThereTwiceIsLeftOutBothTimes) {
  for (const bool by_run_id : {true, false}) {
    results::RunRecord record = *results::read_run_record(folders_[0]);
    const results::RunRecord other = *results::read_run_record(folders_[1]);
    if (by_run_id) record.run_id = "the same";
    if (!by_run_id)
      std::filesystem::copy(folders_[1] / "evaluations.csv", folders_[0] / "evaluations.csv",
                            std::filesystem::copy_options::overwrite_existing);
    if (!by_run_id) record.evaluations_digest = other.evaluations_digest;
    results::write_run_record(folders_[0], record);
    results::RunRecord second = other;
    second.run_id = by_run_id ? "the same" : "";
    results::write_run_record(folders_[1], second);
    const Analysis analysis = report();
    EXPECT_EQ(analysis.main.cells[0][0].n, 1);
    EXPECT_EQ(analysis.damage.size(), 2U);
    record.run_id.clear();
    results::write_run_record(folders_[0], record);
  }
}

TEST_F(DamagedFolder, AChangedConfigurationIsNoticedByTheDigest) {
  write_text(folders_[0] / "config.toml", "[algorithm_values]\ndiscount = 0.5  # default\n");
  expect_left_out(report(), "seed-0/config.toml");
}

TEST_F(DamagedFolder, AConfigurationThatIsNoTomlIsNamedAndLeftOut) {
  results::RunRecord record = *results::read_run_record(folders_[0]);
  record.config_digest.clear();
  results::write_run_record(folders_[0], record);
  write_text(folders_[0] / "config.toml", "[algorithm_values\ndiscount = ");
  expect_left_out(report(), "seed-0/config.toml");
}

TEST_F(DamagedFolder, AMissingConfigurationIsNamed) {
  std::filesystem::remove(folders_[0] / "config.toml");
  expect_left_out(report(), "seed-0/config.toml");
}

TEST_F(DamagedFolder, AFailedRunWithoutItsConfigurationStaysFailed) {
  fail(folders_[0], "signal");
  std::filesystem::remove(folders_[0] / "config.toml");
  const Analysis analysis = report();
  EXPECT_EQ(analysis.failures.size(), 1U);
  ASSERT_EQ(analysis.damage.size(), 1U);
  EXPECT_EQ(analysis.damage[0].what, "cannot be read; it is left out");
}

TEST_F(DamagedFolder, InvalidJsonIsNamedAndLeftOut) {
  const std::string whole = read_text(folders_[0] / "run.json");
  for (const std::string& text :
       {std::string(), std::string("{"), std::string("[]"), std::string("null"), whole.substr(0, whole.size() / 2),
        std::string(1000, '['), std::string("\xff\xfe{}")}) {
    write_text(folders_[0] / "run.json", text);
    expect_left_out(report(), "seed-0/run.json");
  }
}

TEST_F(DamagedFolder, WrongColumnsAreNamedAndLeftOut) {
  std::string text = evaluations();
  text.replace(text.find("return"), 6, "reward");
  set_evaluations(text);
  const Analysis analysis = report();
  expect_left_out(analysis, "seed-0/evaluations.csv");
  EXPECT_NE(analysis.damage[0].what.find("\"return\""), std::string::npos);
}

TEST_F(DamagedFolder, FurtherColumnsAreNoDamage) {
  std::string text = evaluations();
  for (std::size_t at = text.find('\n'), row = 0; at != std::string::npos; at = text.find('\n', at + 8), ++row) {
    text.insert(at, row == 0 ? ",term_x" : ",1.25");
  }
  set_evaluations(text);
  EXPECT_TRUE(report().damage.empty());
}

TEST_F(DamagedFolder, DuplicatedRowsAreLeftOutAndTheRunStays) {
  std::string text = evaluations();
  text += text.substr(text.rfind('\n', text.size() - 2) + 1);
  set_evaluations(text);
  const Analysis analysis = report();
  ASSERT_EQ(analysis.damage.size(), 1U);
  EXPECT_NE(analysis.damage[0].what.find("repeats evaluation 2, episode 1"), std::string::npos);
  EXPECT_EQ(analysis.main.cells[0][0].n, 3);
  EXPECT_EQ(analysis.main.cells[0][0].mean, 11);
}

TEST_F(DamagedFolder, ContradictingRowsTakeTheEvaluationWithThem) {
  set_evaluations(evaluations() + "2,2000,2000,1,7,999,25,truncated\n");
  expect_left_out(report(), "seed-0/evaluations.csv");
}

TEST_F(DamagedFolder, ValuesThatAreNoNumbersAreNotZero) {
  for (const char* wrong : {"nan", "inf", "", "1e999", "9.0x", "--9"}) {
    std::string text = evaluations();
    const std::size_t at = text.rfind(",9,25,");
    if (at == std::string::npos) FAIL() << text;
    text.replace(at + 1, 1, wrong);
    const std::string whole = evaluations();
    set_evaluations(text);
    expect_left_out(report(), "seed-0/evaluations.csv");
    set_evaluations(whole);
  }
}

TEST_F(DamagedFolder, BinaryRubbishIsNamedAndLeftOut) {
  set_evaluations(std::string("\0\x01\xff\n,,,\n\"\n", 10));
  expect_left_out(report(), "seed-0/evaluations.csv");
}

TEST_F(DamagedFolder, MissingFilesAreNamed) {
  std::filesystem::remove(folders_[0] / "evaluations.csv");
  expect_left_out(report(), "seed-0/evaluations.csv");
}

TEST_F(DamagedFolder, ADamagedAbsoluteEvaluationCostsThatScoreOnly) {
  const std::string text = read_text(folders_[0] / "absolute.csv");
  write_text(folders_[0] / "absolute.csv", text.substr(0, text.size() / 2));
  const Analysis analysis = report();
  EXPECT_FALSE(analysis.damage.empty());
  EXPECT_EQ(analysis.main.cells[0][0].n, 3);
  EXPECT_EQ(analysis.aggregates.score, "absolute");
  EXPECT_EQ(analysis.aggregates.algorithms[0].n, 2);
}

TEST_F(DamagedFolder, DamagedTimesCostTheWallClockOnly) {
  write_text(folders_[0] / "timing.csv", "evaluation,step\n0,0\n");
  const Analysis analysis = report();
  EXPECT_FALSE(analysis.damage.empty());
  EXPECT_EQ(analysis.curves.steps[0][0].n, 3);
  EXPECT_EQ(analysis.curves.wall_clock[0][0].n, 2);
}

TEST_F(DamagedFolder, TimesWithoutThoseOfTheProcessorAreThoseOfAnEarlierBuild) {
  const std::string times = read_text(folders_[0] / "timing.csv");
  EXPECT_EQ(times.find("train_cpu_seconds"), std::string::npos);
  const Analysis analysis = report();
  EXPECT_TRUE(analysis.damage.empty());
  EXPECT_EQ(analysis.curves.wall_clock[0][0].n, 3);
  write_text(folders_[0] / "timing.csv",
             "evaluation,step,train_seconds,evaluate_seconds,checkpoint_seconds,wall_seconds,"
             "train_cpu_seconds\n0,0,1,0,0,1,many\n");
  EXPECT_EQ(report().damage.size(), 1U);
}

TEST_F(DamagedFolder, ManyBadRowsAreCountedNotListed) {
  std::string text = evaluations();
  for (int i = 0; i < 100; ++i) text += "x\n";
  set_evaluations(text);
  const Analysis analysis = report();
  EXPECT_LT(analysis.damage.size(), 8U);
  EXPECT_TRUE(std::ranges::any_of(analysis.damage, [](const Damage& d) { return d.what == "and 95 more rows"; }));
}

TEST_F(DamagedFolder, AnImpossiblePlanIsRefusedWithASentence) {
  for (const std::int64_t interval : {0, -1, 1}) {
    suite_.plan.protocol.interval = interval;
    suite_.plan.protocol.environment_steps = 1'000'000'000'000'000;
    EXPECT_THROW(report(), Error) << interval;
  }
}

TEST_F(DamagedFolder, WithoutAPlanIsRefusedWithASentence) {
  std::filesystem::remove(suite_.write() / "plan.json");
  const std::filesystem::path folder = folders_[0].parent_path().parent_path().parent_path().parent_path();
  EXPECT_THROW(analyse_folder(folder), Error);
}

}  // namespace
}  // namespace tutti::reports
