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

class LatexStyles : public ::testing::TestWithParam<LatexStyle> {};

TEST_P(LatexStyles, EveryTableCompiles) {
  if (!has_tex()) GTEST_SKIP() << "pdflatex with booktabs and siunitx is not installed";
  const fs::path folder = fs::path(::testing::TempDir()) / ("latex-" + std::to_string(static_cast<int>(GetParam())));
  fs::remove_all(folder);
  ReportOptions options;
  options.latex = GetParam();
  Analysis analysis = testing::synthetic_analysis(2, 3, 5);
  analysis.tasks[0].title = "A task_with a very long name-[of] several 100% *words*/and-parts";
  analysis.algorithms[1].title = "*An algorithm_with a very long name (of several words)";
  write_report(analysis, options, folder);
  // One document with every fragment, and one standalone table.
  std::string all = "\\documentclass{article}\\usepackage{booktabs,siunitx}\\begin{document}\n";
  int tables = 0;
  for (const auto& entry : fs::directory_iterator(folder / "tables")) {
    const std::string name = entry.path().filename();
    if (!name.ends_with(".tex") || name.ends_with("-standalone.tex")) continue;
    all += "\\input{" + name + "}\n\n";
    ++tables;
  }
  std::ofstream(folder / "tables" / "all.tex") << all << "\\end{document}\n";
  EXPECT_EQ(tables, 10);
  for (const std::string name : {"all", "main-standalone"}) {
    const std::string command = "cd '" + (folder / "tables").string() +
                                "' && pdflatex -interaction=nonstopmode -halt-on-error " + name + " > /dev/null 2>&1";
    EXPECT_EQ(std::system(command.c_str()), 0) << read(folder / "tables" / (name + ".log"));
    EXPECT_GT(fs::file_size(folder / "tables" / (name + ".pdf")), 5'000U);
  }
}

INSTANTIATE_TEST_SUITE_P(Both, LatexStyles, ::testing::Values(LatexStyle::kPlain, LatexStyle::kSiunitx),
                         [](const auto& param_info) {
                           return std::string(param_info.param == LatexStyle::kPlain ? "plain" : "siunitx");
                         });

}  // namespace
}  // namespace tutti::reports
