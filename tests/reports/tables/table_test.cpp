#include "reports/tables/table.hpp"

#include <gtest/gtest.h>

namespace tutti::reports {
namespace {

// Three algorithms, five runs each: 6105.7 ± 167.1, 5861.4 ± 187.1, 3055.3 ± 162.4.
Table three_algorithms() {
  return {.name = "main",
          .title = "Main",
          .caption = "Five runs.",
          .columns = {{.head = "task", .right = false},
                      {.head = "A", .measurement = true},
                      {.head = "H_1", .measurement = true},
                      {.head = "Q", .measurement = true}},
          .sections = {{.heading = "family",
                        .rows = {{{.value = "ant"},
                                  {.value = "6106", .spread = "167", .mark = Mark::kBest},
                                  {.value = "5861", .spread = "187", .mark = Mark::kClose},
                                  {.value = "3055", .spread = "162"}},
                                 {{.value = "spread"},
                                  {.value = "-10.5", .spread = "0.4", .superscript = "N=3"},
                                  {},
                                  {.value = "> 1.0M", .detail = "(2/5)", .notes = {0}}}}}},
          .notes = {"one run failed"}};
}

TEST(MarkdownTable, MarksAndMissingCellsAreWrittenAsDocumented) {
  const std::string text = to_markdown(three_algorithms());
  EXPECT_NE(text.find("| task | A | H_1 | Q |\n| :--- | ---: | ---: | ---: |\n"), std::string::npos) << text;
  EXPECT_NE(text.find("| ant | **6106 ± 167** | <u>5861 ± 187</u> | 3055 ± 162 |\n"), std::string::npos) << text;
  EXPECT_NE(text.find("| -10.5 ± 0.4<sup>N=3</sup> | – | > 1.0M (2/5)<sup>a</sup> |"), std::string::npos) << text;
  EXPECT_NE(text.find("<sup>a</sup> one run failed"), std::string::npos) << text;
}

TEST(LatexTable, PlainStyleSetsCellsInMathMode) {
  const std::string text = to_latex(three_algorithms(), LatexStyle::kPlain);
  EXPECT_NE(text.find("ant & $\\mathbf{6106 \\pm 167}$ & $\\underline{5861 \\pm 187}$ & $3055 \\pm 162$ \\\\\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("$-10.5 \\pm 0.4$\\textsuperscript{N=3} & -- & $>$ 1.0M"), std::string::npos) << text;
  EXPECT_NE(text.find("H\\_1"), std::string::npos);
  EXPECT_EQ(text.find('|'), std::string::npos) << "no vertical rules";
}

TEST(LatexTable, ARowMayBeginWithABracketOrAStar) {
  Table table = three_algorithms();
  table.sections[0].rows[0][0].value = "[a]";
  table.sections[0].rows[1][0].value = "*b";
  const std::string text = to_latex(table, LatexStyle::kPlain);
  EXPECT_NE(text.find("\n{}[a] &"), std::string::npos) << text;
  EXPECT_NE(text.find("\n{}*b &"), std::string::npos) << text;
}

TEST(LatexTable, ALongNameTakesSeveralLines) {
  Table table = three_algorithms();
  table.sections[0].rows[0][0].value = "cooperative_navigation-[with]_obstacles";
  table.columns[1].head = "MASAC (multi-agent soft actor-critic)";
  const std::string text = to_latex(table, LatexStyle::kPlain);
  EXPECT_NE(text.find("\n\\shortstack[l]{cooperative\\_navigation-\\\\{}[with]\\_obstacles} &"), std::string::npos)
      << text;
  EXPECT_NE(text.find("{\\shortstack[c]{MASAC (multi-agent soft \\\\{}actor-critic)}}"), std::string::npos) << text;
}

TEST(LatexTable, SiunitxStyleUsesTwoColumnsForEachMeasurement) {
  const std::string text = to_latex(three_algorithms(), LatexStyle::kSiunitx);
  EXPECT_NE(text.find("S[table-format=-4.1]@{\\,$\\pm$\\,}S[table-format=3.1{\\textsuperscript{N=3}}]"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("\\multicolumn{2}{c}{A}"), std::string::npos) << text;
  EXPECT_NE(text.find("\\bfseries 6106 & \\bfseries 167 & 5861 & 187{\\textsuperscript{\\dag}} & 3055 & 162"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("\\multicolumn{2}{c}{--}"), std::string::npos) << text;
}

TEST(LatexTable, SiunitxFragmentsSayWhatThePreambleNeeds) {
  EXPECT_NE(to_latex(three_algorithms(), LatexStyle::kSiunitx).find("\\sisetup{text-series-to-math=true"),
            std::string::npos);
  EXPECT_EQ(to_latex(three_algorithms(), LatexStyle::kPlain).find("sisetup"), std::string::npos);
}

TEST(LatexTable, TheCaptionNamesTheSecondMarkOfItsStyle) {
  Table table = three_algorithms();
  table.close = "close to the best";
  for (const auto write : {to_latex, to_latex_document}) {
    EXPECT_NE(write(table, LatexStyle::kPlain).find("Five runs. Underlined: close to the best."), std::string::npos);
    EXPECT_EQ(write(table, LatexStyle::kSiunitx).find("nderlined"), std::string::npos);
  }
  EXPECT_NE(to_latex_document(table, LatexStyle::kSiunitx).find("Five runs. \\dag{}: close to the best."),
            std::string::npos);
  EXPECT_NE(to_markdown(table).find("Five runs. Underlined: close to the best."), std::string::npos);
}

TEST(Notes, TheSameFootnoteIsKeptOnce) {
  Table table;
  EXPECT_EQ(table.note("x"), 0U);
  EXPECT_EQ(table.note("y"), 1U);
  EXPECT_EQ(table.note("x"), 0U);
  EXPECT_EQ(note_letter(0), "a");
  EXPECT_EQ(note_letter(25), "z");
  EXPECT_EQ(note_letter(26), "aa");
}

}  // namespace
}  // namespace tutti::reports
