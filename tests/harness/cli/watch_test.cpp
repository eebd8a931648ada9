// tutti watch and the report's section, on a suite of fixture plugins that was run once for all tests.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "end_to_end/program.hpp"

namespace tutti::cli {
namespace {

namespace fs = std::filesystem;
using end_to_end::content;
using end_to_end::Outcome;
using end_to_end::TemporaryFolder;

const std::string kSuite = R"(
name = "seen"
seeds = [1, 2]
[run]
environment_steps = 200
[evaluation]
interval = 100
episodes = 2
[report]
replicates = 100
[[task]]
name = "line/short"
[[task]]
name = "line/long"
[[algorithm]]
name = "learner"
)";

const std::string kRun = "results/seen/line/short/learner/seed-1";

class Watching : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    suite_.write("seen.toml", kSuite);
    const Outcome outcome = end_to_end::tutti({"run", "seen.toml", "--no-report"}, suite_.path());
    ASSERT_EQ(outcome.status, 0) << outcome.err;
  }

  // Each test has a copy of its own, which it may change.
  void SetUp() override {
    fs::copy(suite_.path() / "results", folder_.path() / "results", fs::copy_options::recursive);
  }

  Outcome tutti(const std::vector<std::string>& arguments) const {
    return end_to_end::tutti(arguments, folder_.path());
  }

  Outcome watch(const std::string& run, std::vector<std::string> options = {}) const {
    options.insert(options.begin(), {"watch", run, "--no-mp4"});
    return tutti(options);
  }

  void expect_refusal(const Outcome& outcome, const std::string& part) const {
    EXPECT_EQ(outcome.status, 2) << outcome.out;
    EXPECT_NE(outcome.err.find(part), std::string::npos) << outcome.err;
    for (const auto& entry : fs::recursive_directory_iterator(folder_.path())) {
      EXPECT_EQ(entry.path().filename().string().find("watch-"), std::string::npos) << entry.path();
    }
  }

  fs::path path(const std::string& below) const { return folder_.path() / below; }

  void put_policy_of_another_run(const std::string& policy) const {
    const std::string file = "/checkpoint/" + policy + "_policy.snapshot";
    fs::copy_file(path("results/seen/line/short/learner/seed-2" + file), path(kRun + file),
                  fs::copy_options::overwrite_existing);
  }

  TemporaryFolder folder_;

 private:
  static inline const TemporaryFolder suite_;
};

TEST_F(Watching, PrintsEveryEpisodeAndWritesAGif) {
  const Outcome outcome = watch(kRun, {"--episodes", "3"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_TRUE(outcome.out.starts_with("episode  policy")) << outcome.out;
  EXPECT_EQ(std::ranges::count(outcome.out, '\n'), 5) << outcome.out;
  EXPECT_NE(outcome.out.find("distance"), std::string::npos) << "the reward term";
  EXPECT_TRUE(outcome.out.ends_with(kRun + "/watch-best.gif\n")) << outcome.out;
  EXPECT_TRUE(content(path(kRun + "/watch-best.gif")).starts_with("GIF89a"));
}

TEST_F(Watching, AnEndingOfTheStemIsNotDoubled) {
  EXPECT_TRUE(watch(kRun, {"--out", "film.gif"}).out.ends_with("\nfilm.gif\n"));
  EXPECT_TRUE(watch(kRun, {"--out", "v1.2"}).out.ends_with("\nv1.2.gif\n"));
}

TEST_F(Watching, TheSameCommandGivesTheSameBytes) {
  std::map<std::string, std::string> first;
  for (const std::string out : {"one", "two"}) {
    const Outcome outcome = watch(kRun, {"--still", "4", "--csv", "--mode", "sampled", "--seed", "7", "--out", out});
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    for (const std::string ending : {".gif", ".png", ".csv"}) {
      const std::string bytes = content(path(out + ending));
      EXPECT_EQ(first.emplace(ending, bytes).first->second, bytes) << ending;
    }
  }
}

TEST_F(Watching, TheTrajectoryHasARowForEachStep) {
  const Outcome outcome = watch(kRun, {"--no-gif", "--csv", "--json", "--episodes", "2"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const auto json = nlohmann::json::parse(outcome.out);
  const std::string csv = content(path(kRun + "/watch-best.csv"));
  EXPECT_TRUE(csv.starts_with("policy,episode,seed,step,reward,terminated,truncated,term_distance,left_observation_0"));
  const std::int64_t steps = json["episodes"][0]["length"].get<int>() + json["episodes"][1]["length"].get<int>();
  EXPECT_EQ(std::ranges::count(csv, '\n'), steps + 1);
}

TEST_F(Watching, AStripHasItsFramesFromTheStartToTheEnd) {
  const Outcome outcome = watch(kRun, {"--no-gif", "--still", "3", "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const auto json = nlohmann::json::parse(outcome.out);
  const int length = json["episodes"][0]["length"];
  EXPECT_EQ(json["strip_steps"].front(), 0);
  EXPECT_EQ(json["strip_steps"].back(), length);
  EXPECT_EQ(json["files"][0], kRun + "/watch-best.png");
}

TEST_F(Watching, AMp4IsMadeWhereFfmpegIs) {
  const Outcome outcome = tutti({"watch", kRun, "--no-gif"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  if (outcome.err.find("ffmpeg is not installed") != std::string::npos) GTEST_SKIP() << outcome.err;
  EXPECT_GT(fs::file_size(path(kRun + "/watch-best.mp4")), 0U);
}

TEST_F(Watching, WithoutFfmpegASentenceNamesThePackage) {
  const Outcome outcome = end_to_end::shell("PATH=/nowhere \"$TUTTI\" watch " + kRun, folder_.path());
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "no MP4: ffmpeg is not installed (on Debian: apt install ffmpeg)\n");
  EXPECT_TRUE(fs::exists(path(kRun + "/watch-best.gif")));
}

TEST_F(Watching, WhatFfmpegSaysIsInTheSentence) {
  fs::create_directory(path("bin"));
  folder_.write("bin/ffmpeg", "#!/bin/sh\necho 'no encoder here' >&2\nexit 1\n");
  fs::permissions(path("bin/ffmpeg"), fs::perms::owner_all);
  const Outcome outcome =
      end_to_end::shell("PATH=\"$PWD/bin:$PATH\" \"$TUTTI\" watch " + kRun + " --no-gif", folder_.path());
  expect_refusal(outcome, "no encoder here; --no-mp4 does without it");
}

TEST_F(Watching, TheLastPolicyIsKeptToo) {
  const Outcome outcome = watch(kRun, {"--policy", "last", "--json"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(nlohmann::json::parse(outcome.out)["policies"][0]["step"], 200);
  EXPECT_TRUE(fs::exists(path(kRun + "/watch-last.gif")));
}

TEST_F(Watching, APolicyThatIsNotTheRunsOwnIsRefused) {
  for (const std::string policy : {"best", "last"}) {
    put_policy_of_another_run(policy);
    expect_refusal(watch(kRun, {"--policy", policy}),
                   policy + "_policy.snapshot: is not the policy that run.json has the digest of");
  }
  auto record = nlohmann::json::parse(content(path(kRun + "/run.json")));
  record["status"] = "interrupted";
  folder_.write(kRun + "/run.json", record.dump());
  expect_refusal(watch(kRun), "is not the policy that run.json has the digest of");
}

TEST_F(Watching, APolicyOfWhichNoDigestIsRecordedIsShown) {
  auto record = nlohmann::json::parse(content(path(kRun + "/run.json")));
  record["table_digests"].erase("checkpoint/last_policy.snapshot");
  folder_.write(kRun + "/run.json", record.dump());
  put_policy_of_another_run("last");
  EXPECT_EQ(watch(kRun, {"--policy", "last"}).status, 0);
}

TEST_F(Watching, RunsAreFoundWhateverTheirAlgorithmIsCalled) {
  std::string suite = kSuite + "label = \"report\"\n[[algorithm]]\nname = \"learner\"\nlabel = \"checkpoint\"\n";
  suite.replace(suite.find("\"seen\""), 6, "\"named\"");
  folder_.write("named.toml", suite);
  ASSERT_EQ(tutti({"run", "named.toml", "--no-report", "--seeds", "1"}).status, 0);
  for (const std::string label : {"report", "checkpoint"}) {
    const Outcome outcome = watch("results/named", {"--task", "line/short", "--algorithm", label});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_TRUE(fs::exists(path("results/named/line/short/" + label + "/seed-1/watch-best.gif")));
  }
}

TEST_F(Watching, ARunOfASuiteIsChosenByTaskAlgorithmAndSeed) {
  const Outcome outcome = watch("results/seen", {"--task", "line/long", "--algorithm", "learner", "--seed", "2"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_TRUE(fs::exists(path("results/seen/line/long/learner/seed-2/watch-best.gif")));
  const Outcome several = watch("results/seen", {"--task", "line/short"});
  EXPECT_EQ(several.err,
            "results/seen: 2 of its runs match; --task, --algorithm and --seed choose one of:\n"
            "  results/seen/line/short/learner/seed-1\n  results/seen/line/short/learner/seed-2\n");
  EXPECT_NE(watch("results/seen", {"--seed", "3"}).err.find("none of its runs match"), std::string::npos);
}

TEST_F(Watching, TwoPoliciesPlayTheSameSeedsSideBySide) {
  const std::string other = "results/seen/line/short/learner/seed-2";
  const Outcome outcome = watch(kRun, {"--against", other, "--json", "--csv"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const auto episodes = nlohmann::json::parse(outcome.out)["episodes"];
  EXPECT_EQ(episodes[0]["seed"], episodes[1]["seed"]);
  EXPECT_EQ(episodes[0]["policy"], "learner seed 1");
  EXPECT_EQ(episodes[1]["policy"], "learner seed 2");
  const std::string gif = content(path(kRun + "/watch-best.gif"));
  EXPECT_EQ(static_cast<unsigned char>(gif[6]) + 256 * static_cast<unsigned char>(gif[7]), 2 * 320 + 4);
}

TEST_F(Watching, WhatCannotBeShownIsASentence) {
  expect_refusal(watch(kRun, {"--against", "results/seen/line/long/learner/seed-1"}), "both have to be the same task");
  expect_refusal(watch(kRun, {"--against", "results/seen"}), "results/seen: no folder of a run");
  expect_refusal(watch(kRun, {"--seed", "1", "--episode-seed", "2"}), "give one of them");
  for (const std::string stem : {"films/", ".", "films/.."})
    expect_refusal(watch(kRun, {"--out", stem}), "--out " + stem + " is a folder");
  expect_refusal(watch(kRun, {"--size", "320"}), "--size is \"320\"; expected WIDTHxHEIGHT in pixels");
  expect_refusal(watch(kRun, {"--size", "8x8"}), "each from 16 to 2048");
  for (const std::string option : {"--episodes", "--steps", "--every", "--still"}) {
    for (const std::string number : {"0", "1.5", "99999999999999999999"}) {
      expect_refusal(watch(kRun, {option, number}),
                     option + ": \"" + number + "\": expected a whole number of at least 1 and at most 1");
    }
  }
  for (const std::string rate : {"nan", "0", "1001", "fast"})
    expect_refusal(watch(kRun, {"--fps", rate}), "--fps: \"" + rate + "\": expected a number from 0.1 to 1000");
  expect_refusal(watch(kRun, {"--seed", "-1"}), "--seed is \"-1\"; expected a whole number of at least 0");
  expect_refusal(watch(kRun, {"--still", "100", "--size", "2048x2048"}), "is too large");
  expect_refusal(watch(kRun, {"--out", "results/seen/plan.json/film"}), "cannot");
  expect_refusal(watch("results/seen/line/short/learner/seed-1/checkpoint"), "there is no run here");
  fs::remove(path(kRun + "/checkpoint/last_policy.snapshot"));
  expect_refusal(watch(kRun, {"--policy", "last"}), "--policy best shows the best one");
  fs::remove(path(kRun + "/checkpoint/best_policy.snapshot"));
  expect_refusal(watch(kRun), "no policy is kept");
  folder_.write(kRun + "/checkpoint/best_policy.snapshot", "nonsense");
  expect_refusal(watch(kRun), "torn, or not a file of tutti");
  fs::remove(path(kRun + "/checkpoint/best_policy.snapshot"));
  ASSERT_EQ(::mkfifo(path(kRun + "/checkpoint/best_policy.snapshot").c_str(), 0600), 0);
  expect_refusal(watch(kRun), "is not a regular file");
}

TEST_F(Watching, APolicyThatCannotBeShownNamesItsRun) {
  const auto edit = [&](const std::string& file, const std::string& from, const std::string& to) {
    std::string text = content(path(kRun + file));
    ASSERT_NE(text.find(from), std::string::npos) << text;
    folder_.write(kRun + file, text.replace(text.find(from), from.size(), to));
  };
  edit("/run.json", "\"status\": \"finished\"", "\"status\": \"interrupted\"");
  edit("/config.toml", "buffer_size = 100", "buffer_size = 1");
  expect_refusal(watch("results/seen/line/short/learner/seed-2", {"--against", kRun}),
                 kRun + ": this build cannot show its policy: batch_size (4) is more than buffer_size (1)");
}

TEST_F(Watching, AnotherBuildAndAnotherConfigurationAreWarnedOf) {
  std::string record = content(path(kRun + "/run.json"));
  const std::size_t digest = record.find("\"sha256\": \"") + 11;
  record[digest] = record[digest] == '0' ? '1' : '0';
  folder_.write(kRun + "/run.json", record);
  folder_.write(kRun + "/config.toml", content(path(kRun + "/config.toml")) + "# changed\n");
  const Outcome outcome = watch(kRun);
  EXPECT_EQ(outcome.status, 0);
  EXPECT_NE(outcome.err.find("was made with something else"), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.err.find("config.toml is not the one that run.json has the digest of"), std::string::npos)
      << outcome.err;
}

TEST_F(Watching, LinksInARunFolderAreNotWrittenThrough) {
  folder_.write("precious", "mine");
  for (const std::string name : {"watch-best.gif", "watch-best.gif.new", "watch-best.png", "watch-best.png.new",
                                 "watch-best.csv", "watch-best.csv.new", "watch-best.mp4", "watch-best.mp4.new"}) {
    fs::create_symlink(path("precious"), path(kRun + "/" + name));
  }
  const Outcome outcome = tutti({"watch", kRun, "--still", "2", "--csv"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(content(path("precious")), "mine");
}

TEST_F(Watching, CtrlCLeavesNoTornFile) {
  const std::string run = "results/seen/line/long/learner/seed-1";
  const Outcome outcome =
      end_to_end::shell("(until [ -s " + run + "/watch-best.gif.new ]; do sleep 0.05; done\n" +
                            "kill -INT $$) & exec \"$TUTTI\" watch " + run + " --episodes 1000000 --csv --no-mp4",
                        folder_.path());
  EXPECT_EQ(outcome.status, 130);
  EXPECT_NE(outcome.err.find("stopped; no file was left half written"), std::string::npos) << outcome.err;
  for (const auto& entry : fs::directory_iterator(path(run))) {
    EXPECT_FALSE(entry.path().filename().string().starts_with("watch-")) << entry.path();
  }
}

TEST_F(Watching, TheReportShowsTheBestRunsOnlyIfAsked) {
  ASSERT_EQ(tutti({"report", "results/seen"}).status, 0);
  EXPECT_EQ(content(path("results/seen/report/index.html")).find("Behaviour"), std::string::npos);
  const Outcome outcome = tutti({"report", "results/seen", "--behaviour"});
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const std::string page = content(path("results/seen/report/index.html"));
  EXPECT_NE(page.find("<h2 id=\"behaviour\">Behaviour</h2>"), std::string::npos);
  EXPECT_NE(page.find("<img src=\"data:image/png;base64,iVBOR"), std::string::npos);
  EXPECT_TRUE(content(path("results/seen/report/figures/behaviour-line-short-learner.png")).starts_with("\x89PNG"));
  const auto json = nlohmann::json::parse(content(path("results/seen/report/report.json")));
  EXPECT_EQ(json["behaviour"].size(), 2U);
  EXPECT_EQ(json["behaviour"][0]["file"], "figures/behaviour-line-short-learner.png");
  // Without checkpoints the same page says why there is nothing, and the pictures are gone.
  for (const char* task : {"short", "long"}) {
    for (const char* seed : {"1", "2"}) {
      fs::remove_all(path(std::string("results/seen/line/") + task + "/learner/seed-" + seed + "/checkpoint"));
    }
  }
  ASSERT_EQ(tutti({"report", "results/seen", "--behaviour"}).status, 0);
  const std::string empty = content(path("results/seen/report/index.html"));
  EXPECT_NE(empty.find("There is nothing to show: no policy could be rolled out and drawn."), std::string::npos);
  EXPECT_NE(empty.find("no policy is kept"), std::string::npos);
  EXPECT_FALSE(fs::exists(path("results/seen/report/figures/behaviour-line-short-learner.png")));
}

}  // namespace
}  // namespace tutti::cli
