// Damaged suite files: each is planned or refused in words.
#include "fuzz/fuzz.hpp"
#include "harness/suite/fake_catalogue.hpp"

namespace {

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
const std::vector<std::string> kWords = {"a.b.c.d = 1\n",
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

}  // namespace

int main(int argc, char** argv) {
  (void)tutti::suite::SuiteFile(kSuite).plan();  // ends the program if the sound one is refused
  return tutti::fuzz::run(argc, argv, [](tutti::fuzz::Random& random) {
    const tutti::suite::SuiteFile file(tutti::fuzz::damaged(kSuite, kWords, random));
    return !file.plan().runs.empty();
  });
}
