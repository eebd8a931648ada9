// Damaged folders of results and damaged imports: `status` and `report` take or refuse them in words. In one of sixteen
// folders, something that is no regular file lies in place of one.
#include <sys/stat.h>

#include <filesystem>

#include "fuzz/fuzz.hpp"
#include "launch/status.hpp"
#include "reports/suite_folder.hpp"

namespace {

namespace fs = std::filesystem;

const std::string kImport = R"({"vmas": {"balance": {"mappo": {"seed_0": {
  "step_0": {"step_count": 100, "return": [1, 2]}, "step_1": {"step_count": 200, "return": [3, 4]},
  "absolute_metrics": {"return": [3, 4]}}, "seed_1": {
  "step_0": {"step_count": 100, "return": [2, 2]}, "absolute_metrics": {"return": [5, 4]}}}}}})";
const std::vector<std::string> kWords = {
    "null", "{}", "[]",          "\"\"",       "1e999", "-1",       "9223372036854775808", "nan",
    ",",    "\n", "\"../../x\"", "\\u001b[2J", "\xff",  "[[[[[[[[", "{\"a\":{\"a\":"};

/// What waits for ever, never ends, or leads nowhere, in place of `file`.
void set_trap(const fs::path& file, tutti::fuzz::Random& random) {
  fs::remove(file);
  switch (tutti::fuzz::below(random, 4)) {
    case 0:
      return (void)::mkfifo(file.c_str(), 0600);
    case 1:
      return (void)fs::create_directory(file);
    case 2:
      return fs::create_symlink("/dev/zero", file);
    default:
      return fs::create_symlink(file.filename(), file);
  }
}

}  // namespace

int main(int argc, char** argv) {
  using namespace tutti;
  reports::SuiteFolder suite(3, 2);
  for (const char* algorithm : {"first", "second"}) {
    for (std::int64_t seed = 1; seed <= 2; ++seed) suite.add(reports::plain_run("task", algorithm, seed, {1, 2, 3}, 3));
  }
  const fs::path folder = suite.write();
  std::vector<std::pair<fs::path, std::string>> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.emplace_back(entry.path(), reports::read_text(entry.path()));
  }
  const fs::path import = folder / "import.json";
  return fuzz::run(argc, argv, [&](fuzz::Random& random) {
    const auto& [file, sound] = files[fuzz::below(random, files.size())];
    reports::ReportOptions options = reports::quick_options();
    const bool imports = fuzz::below(random, 4) == 0;
    if (imports) {
      reports::write_text(import, fuzz::damaged(kImport, kWords, random));
      options.imports = {import};
    } else if (fuzz::below(random, 16) == 0) {
      set_trap(file, random);
    } else {
      reports::write_text(file, fuzz::damaged(sound, kWords, random));
    }
    const auto mend = [&] {
      if (imports) return;
      fs::remove_all(file);
      reports::write_text(file, sound);
    };
    try {
      (void)launch::status_text(folder, 100);
      (void)reports::analyse_folder(folder, options);
    } catch (...) {
      mend();
      throw;
    }
    mend();
    return true;
  });
}
