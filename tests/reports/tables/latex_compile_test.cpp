// Every table of a full report goes through pdflatex, in both styles.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "reports/report.hpp"
#include "tests/reports/synthetic.hpp"

namespace tutti::reports {
namespace {

namespace fs = std::filesystem;

bool has_tex() {
  return std::system("pdflatex --version > /dev/null 2>&1 && kpsewhich booktabs.sty siunitx.sty > /dev/null 2>&1") == 0;
}

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class LatexStyles : public ::testing::TestWithParam<const char*> {};

TEST_P(LatexStyles, EveryStandaloneTableCompiles) {
  if (!has_tex()) GTEST_SKIP() << "pdflatex with booktabs and siunitx is not installed";
  const fs::path folder = fs::path(::testing::TempDir()) / ("latex-" + std::string(GetParam()));
  fs::remove_all(folder);
  ReportOptions options;
  options.latex = GetParam();
  write_report(testing::synthetic_analysis(4, 4, 5), options, folder);
  int compiled = 0;
  for (const auto& entry : fs::directory_iterator(folder / "tables")) {
    const std::string name = entry.path().filename();
    if (!name.ends_with("-standalone.tex")) continue;
    const std::string command = "cd '" + (folder / "tables").string() +
                                "' && pdflatex -interaction=nonstopmode -halt-on-error '" + name + "' > /dev/null 2>&1";
    fs::path log = entry.path();
    EXPECT_EQ(std::system(command.c_str()), 0) << read(log.replace_extension(".log"));
    fs::path pdf = entry.path();
    EXPECT_GT(fs::file_size(pdf.replace_extension(".pdf")), 5'000U);
    ++compiled;
  }
  EXPECT_EQ(compiled, 9);
}

INSTANTIATE_TEST_SUITE_P(Both, LatexStyles, ::testing::Values("plain", "siunitx"),
                         [](const auto& param_info) { return std::string(param_info.param); });

}  // namespace
}  // namespace tutti::reports
