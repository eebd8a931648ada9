// Damaged suite files: each is planned or refused in words. One half is a sound suite with damaged bytes, for the
// parser. The other half is written from the known keys with values that are mostly sound, for what comes after it.
// Of each plan, a run is stored and read again.
#include <cstdlib>

#include "fuzz/fuzz.hpp"
#include "harness/suite/fake_catalogue.hpp"

namespace {

using namespace tutti;
using Words = std::vector<std::string>;

const std::string kSuite = R"(name = "fuzz"
seeds = [1, 2, 3]
[run]
environment_steps = 20_000
copies = 4
checkpoint_interval = 5000
[evaluation]
interval = 1000
episodes = 4
mode = "sampled"
[slurm]
partition = "long"
time_limit = "1-02:00:00"
memory = "4G"
[[task]]
name = "grid/small"
[[task]]
name = "grid/large"
[[algorithm]]
name = "climber"
layers = [8, 8]
preset = "tuned"
[[algorithm]]
name = "idler"
[[override]]
task = "grid/*"
algorithm = "climber"
batch_size = 16
)";
const Words kTokens = {"a.b.c.d = 1\n",
                       "[[",
                       "]]",
                       "{x = {y = [",
                       "\"\"\"",
                       "'''",
                       "1e999",
                       "nan",
                       "-inf",
                       "9223372036854775807",
                       "-9223372036854775808",
                       "\\u0000",
                       "\x1b[2J",
                       "\n[run]\n",
                       "\n[[task]]\n",
                       "\n[[algorithm]]\nname = \"climber\"\n",
                       "layers = [[1], [2]]\n",
                       "1979-05-27T07:32:00Z",
                       "= ",
                       "\xff\xfe",
                       "label = \"../../x\"\n"};
// In place of a value.
const Words kHostile = {"9223372036854775807",
                        "-9223372036854775808",
                        "-1",
                        "0",
                        "1e308",
                        "-0.0",
                        "5e-324",
                        "nan",
                        "inf",
                        "-inf",
                        "true",
                        "\"\"",
                        "\"..\"",
                        "\"a/b/c\"",
                        "\"\\u001b]0;x\\u0007\"",
                        "\"\\u202e\"",
                        "[]",
                        "[[]]",
                        "[[], [1], []]",
                        "[0]",
                        "[9223372036854775807, -1]",
                        "[1, \"2\"]",
                        "{x = 1}",
                        "{}",
                        "1979-05-27",
                        "07:32:00",
                        "0xffff_ffff",
                        "'''\n'''"};

struct Key {
  const char* name;
  Words sound;
};

const std::vector<Key> kRun = {{"copies", {"1", "3", "65536"}},
                               {"training_interval", {"1", "1000", "1_000_000_000_000_000"}},
                               {"checkpoint_interval", {"0", "1", "5000"}},
                               {"stall_timeout", {"0", "0.5", "1e9"}},
                               {"device", {"\"cpu\"", "\"auto\""}}};
const std::vector<Key> kEvaluation = {{"episodes", {"1", "32", "1000000"}},
                                      {"mode", {"\"deterministic\"", "\"sampled\""}},
                                      {"seeds", {"\"fresh\"", "\"fixed\""}},
                                      {"absolute", {"true", "false"}}};
const std::vector<Key> kSlurm = {{"partition", {"\"long\"", "\"a,b\""}},
                                 {"time_limit", {"\"24:00:00\"", "\"1-02:00:00\""}},
                                 {"memory", {"\"4G\"", "\"900MB\""}},
                                 {"throttle", {"0", "12"}},
                                 {"gpus", {"0", "1"}},
                                 {"extra", {"\"--account=me --nice\"", "\"\""}}};
const std::vector<Key> kGrid = {{"environment_steps", {"1000", "50_000"}},
                                {"evaluation_interval", {"1", "500", "1000"}},
                                {"evaluation_episodes", {"1", "100"}},
                                {"slip", {"0", "0.5", "1"}},
                                {"wind", {"\"none\"", "\"east\""}}};
const std::vector<Key> kClimber = {{"preset", {"\"tuned\""}},
                                   {"proposed", {"true", "false"}},
                                   {"copies", {"2"}},
                                   {"device", {"\"cuda:1\"", "\"cpu\""}},
                                   {"step", {"0.001", "1e-300", "3"}},
                                   {"batch_size", {"1", "16"}},
                                   {"buffer_size", {"100", "1_000_000_000"}},
                                   {"layers", {"[]", "[1]", "[256, 256, 256]"}},
                                   {"greedy", {"true", "false"}}};

/// Writes one suite.
class Writer {
 public:
  explicit Writer(fuzz::Random& random) : random_(random), hostile_of_hundred_(fuzz::below(random, 3) * 2) {}

  std::string suite() {
    text_ = "name = " + value({"\"fuzz\"", "\"a-b_c.d+e\""}) + '\n';
    text_ += "seeds = " + value({"[1]", "[1, 2, 3]", "[0, 9223372036854775807]"}) + '\n';
    section("[run]", kRun);
    line("environment_steps", {"1000", "20_000", "1_000_000"});
    section("[evaluation]", kEvaluation);
    line("interval", {"1", "999", "1000"});
    if (chance(50)) section("[slurm]", kSlurm);
    if (chance(50)) report();
    tasks();
    algorithms();
    for (std::size_t count = fuzz::below(random_, 3); count > 0; --count) {
      section("[[override]]", {kClimber.begin() + 2, kClimber.end()});
      line("task", {"\"grid/small\"", "\"grid/*\"", "\"*\""});
      line("algorithm", {"\"f*\""});
    }
    return text_;
  }

 private:
  bool chance(std::size_t of_hundred) { return fuzz::below(random_, 100) < of_hundred; }
  const std::string& one(const Words& words) { return words[fuzz::below(random_, words.size())]; }

  std::string value(const Words& sound) {
    if (!chance(hostile_of_hundred_)) return one(sound);
    if (chance(90)) return one(kHostile);
    const std::size_t size = fuzz::below(random_, 2000);
    if (chance(50)) return '"' + std::string(size, 'x') + '"';
    std::string list = "[1";
    for (std::size_t i = 0; i < size; ++i) list += ", 1";
    return list + ']';
  }

  void line(const std::string& key, const Words& sound) { text_ += key + " = " + value(sound) + '\n'; }

  /// Some of `keys`, and once in a while one that is unknown or stands there twice.
  void section(const std::string& title, const std::vector<Key>& keys) {
    text_ += title + '\n';
    for (const Key& key : keys) {
      if (chance(40)) line(key.name, key.sound);
    }
    if (chance(hostile_of_hundred_)) line(keys[fuzz::below(random_, keys.size())].name, {"1"});
    if (chance(hostile_of_hundred_)) line("unheard_of", {"1"});
  }

  void report() {
    text_ += "[report]\n";
    if (chance(50)) line("score", {"\"final\"", "\"best\""});
    if (chance(50)) line("bounds.\"grid/small\"", {"{lo = 0, hi = 1}", "{lo = -1e300, hi = 1e300}"});
    if (chance(50)) line("thresholds.\"grid/small\"", {"0", "-3.5"});
  }

  void tasks() {
    section("[[task]]", kGrid);
    line("name", {"\"grid/small\""});
    if (chance(50)) {
      section("[[task]]", kGrid);
      line("environment", {"\"grid\""});
      line("label", {"\"own\"", "\"own/other\""});
      line("width", {"1", "12", "100"});
    }
  }

  void algorithms() {
    section("[[algorithm]]", kClimber);
    line("name", {"\"climber\""});
    line("label", {"\"first\"", "\"few+words\""});
    if (chance(50)) text_ += "[[algorithm]]\nname = " + value({"\"idler\""}) + '\n';
  }

  fuzz::Random& random_;
  std::size_t hostile_of_hundred_;
  std::string text_;
};

suite::CommandLine command_line(fuzz::Random& random) {
  suite::CommandLine result;
  if (fuzz::below(random, 4) != 0) return result;
  const Words keys = {"run.copies",
                      "run.environment_steps",
                      "evaluation.episodes",
                      "first.batch_size",
                      "first.layers",
                      "first.step",
                      "a.b.c.d",
                      "..",
                      "=",
                      ""};
  const Words values = {"1", "7", "64", "[4]", "0.5"};
  for (std::size_t count = 1 + fuzz::below(random, 2); count > 0; --count) {
    const std::string& key = keys[fuzz::below(random, fuzz::below(random, 4) == 0 ? keys.size() : 3)];
    const Words& from = fuzz::below(random, 8) == 0 ? kHostile : values;
    result.settings.push_back(key + '=' + from[fuzz::below(random, fuzz::below(random, 2) == 0 ? from.size() : 3)]);
  }
  return result;
}

/// Ends the program unless the run is the same after it was stored.
void check_stored(const suite::Run& run) {
  const suite::SuiteFile stored(suite::config_toml(run));
  const suite::Run found = suite::read_config(stored.path());
  const std::vector<std::string> differences = suite::differences(run, found);
  if (differences.empty() && found.folder() == run.folder() && found.suite == run.suite) return;
  std::fprintf(stderr, "seed %llu: a stored run came back as another: %s\n",
               static_cast<unsigned long long>(fuzz::current_seed),
               differences.empty() ? "its names" : differences.front().c_str());
  std::abort();
}

}  // namespace

int main(int argc, char** argv) {
  (void)suite::SuiteFile(kSuite).plan();  // ends the program if the sound one is refused
  return fuzz::run(argc, argv, [](fuzz::Random& random) {
    const bool bytes = fuzz::below(random, 2) == 0;
    const suite::SuiteFile file(bytes ? fuzz::damaged(kSuite, kTokens, random) : Writer(random).suite());
    const suite::Plan plan = file.plan(command_line(random));
    check_stored(plan.runs[fuzz::below(random, plan.runs.size())]);
    return true;
  });
}
