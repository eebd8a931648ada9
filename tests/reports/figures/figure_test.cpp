#include "reports/figures/figure.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "reports/figures/figures.hpp"
#include "reports/figures/gnuplot.hpp"
#include "tests/reports/synthetic.hpp"

namespace tutti::reports {
namespace {

namespace fs = std::filesystem;

Figure two_lines() {
  Figure figure{.name = "two", .title = "Two lines", .caption = "A figure."};
  Panel panel;
  panel.title = "panel's";
  panel.series = {{"a", 0, {0, 1, 2}, {0, 0.5, 1}, {0, 0.4, 0.9}, {0, 0.6, 1.1}},
                  {"b", 1, {0, 1}, {1, 2}, {}, {}, {{1, 2}, {0.5, 2.5}}}};
  figure.panels = {panel};
  figure.legend = {{"a", 0}, {"b", 1}};
  return figure;
}

TEST(Figure, TheCsvHoldsThePlottedNumbersInDrawingOrder) {
  EXPECT_EQ(figure_csv(two_lines()),
            "panel,series,run,x,y,low,high\n"
            "panel's,a,,0,0,0,0\npanel's,a,,1,0.5,0.4,0.6\npanel's,a,,2,1,0.9,1.1\n"
            "panel's,b,,0,1,,\npanel's,b,,1,2,,\n"
            "panel's,b,1,0,1,,\npanel's,b,1,1,2,,\npanel's,b,2,0,0.5,,\npanel's,b,2,1,2.5,,\n");
}

TEST(Figure, TheScriptReadsTheRowsOfEachLine) {
  const std::string script = figure_script(two_lines());
  EXPECT_NE(script.find("every ::0::2 using 4:5 with lines lc rgb '#0173B2'"), std::string::npos) << script;
  EXPECT_NE(script.find("every ::3::4 using 4:5 with lines lc rgb '#DE8F05'"), std::string::npos) << script;
  EXPECT_NE(script.find("'panel''s'"), std::string::npos) << "quotes are doubled";
}

TEST(Figure, BandsOfStepsAreStepsThemselves) {
  Figure figure = two_lines();
  figure.panels[0].kind = Panel::Kind::kSteps;
  const std::string script = figure_script(figure);
  EXPECT_NE(script.find("$band0 << END\nx,low,high\n0,0,0\n1,0,0\n1,0.4,0.6\n2,0.4,0.6\n2,0.9,1.1\nEND\n"),
            std::string::npos)
      << script;
  EXPECT_NE(script.find("$band0 using 1:2:3 with filledcurves"), std::string::npos);
  EXPECT_EQ(script.find("using 4:6:7"), std::string::npos);
}

TEST(Figure, PointsOfAFastAlgorithmAreNoSmear) {
  Figure figure = two_lines();
  Panel& panel = figure.panels[0];
  const auto points = [&](int type) {
    return figure_script(figure).find("with points pt " + std::to_string(type)) != std::string::npos;
  };
  EXPECT_TRUE(points(5));
  panel.x_axis = Axis::kSeconds;
  panel.x_high = 100;
  EXPECT_FALSE(points(5)) << "one of 100 seconds";
  panel.x_high = 10;
  EXPECT_TRUE(points(5));
}

TEST(Figure, StepsInMillionsHaveTheirDecimals) {
  Figure figure = two_lines();
  figure.panels.resize(1);
  figure.panels[0].x_axis = Axis::kSteps;
  figure.panels[0].x_low = 0;
  figure.panels[0].x_high = 1;
  EXPECT_NE(figure_script(figure).find("set xtics ('0.0' 0, '0.2' 0.2, "), std::string::npos) << figure_script(figure);
  figure.panels[0].x_high = 5000;
  EXPECT_NE(figure_script(figure).find("set xtics ('0' 0, '1k' 1000, "), std::string::npos) << figure_script(figure);
}

TEST(Figure, TickLabelsOfAnAxisHaveTheSameDecimals) {
  Figure figure = two_lines();
  figure.panels[0].x_low = 0.2;
  figure.panels[0].x_high = 0.5;
  figure.panels.resize(4, figure.panels[0]);
  figure.columns = 4;
  EXPECT_NE(figure_script(figure).find("set xtics ('0.2' 0.2, '0.3' 0.30000000000000004, '0.4' 0.4, '0.5' 0.5)"),
            std::string::npos)
      << figure_script(figure);
  for (Panel& panel : figure.panels) panel.x_high = 0.28;
  EXPECT_NE(figure_script(figure).find("set xtics ('0.20' 0.2, '0.25' 0.25)"), std::string::npos)
      << figure_script(figure);
}

TEST(Figure, TicksOfANarrowAxisCountFromAnOffset) {
  Figure figure = two_lines();
  Panel& panel = figure.panels[0];
  panel.y_label = "return";
  const auto drawn = [&](const std::vector<double>& y) {
    panel.series = {{"a", 0, {0, 1, 2}, y, {}, {}}};
    return figure_script(figure);
  };
  const std::string high = drawn({1000000.001, 1000000.003, 1000000.006});
  EXPECT_NE(high.find("set ylabel 'return − 1000000' "), std::string::npos) << high;
  EXPECT_NE(high.find("set ytics ('0.002' 1000000.002, '0.004' 1000000.004, '0.006' 1000000.006)"), std::string::npos)
      << high;
  const std::string low = drawn({-123456.3, -123456.1, -123456});
  EXPECT_NE(low.find("set ylabel 'return + 123456' "), std::string::npos) << low;
  EXPECT_NE(low.find("set ytics ('-0.3' -123456.3, '-0.2' -123456.2, '-0.1' -123456.1, '0' -123456)"),
            std::string::npos)
      << low;
  EXPECT_NE(drawn({100, 100.5, 101}).find("set ytics autofreq"), std::string::npos);
  EXPECT_NE(drawn({1e6, 1e6, 1e6}).find("set ytics autofreq"), std::string::npos);
}

TEST(Figure, LettersThatNoFontHasAreNamedInDrawingsThatNeedOne) {
  Figure figure = two_lines();
  EXPECT_EQ(figure_script(figure).find("plain"), std::string::npos);
  figure.legend[0].label = "算";
  figure.panels[0].title = "法's";
  const std::string script = figure_script(figure);
  for (const char* part : {"plain_fonts = strlen(system(\"fc-list ':charset=6cd5 7b97' family 2>/dev/null\")) == 0\n",
                           "  plain = plain_fonts && kind ne 'svg'\n", "(plain ? '[U+7B97]' : '算') at screen",
                           "set title (plain ? '[U+6CD5]''s' : '法''s') offset"}) {
    EXPECT_NE(script.find(part), std::string::npos) << script;
  }
  if (!testing::gnuplot_available()) GTEST_SKIP() << "gnuplot is not installed";
  const fs::path folder = fs::path(::testing::TempDir()) / "figure-letters";
  fs::create_directories(folder);
  const DrawnFigure drawn = draw(figure, folder);
  EXPECT_EQ(drawn.error, "");
  EXPECT_NE(drawn.svg.find("算"), std::string::npos);
}

TEST(Figure, DrawingTwiceGivesTheSameBytesAndTakesNoDate) {
  if (!testing::gnuplot_available()) GTEST_SKIP() << "gnuplot is not installed";
  const fs::path folder = fs::path(::testing::TempDir()) / "figure-draw";
  fs::create_directories(folder);
  std::string pdf[2];
  for (std::string& bytes : pdf) {
    ::setenv("TZ", &bytes == pdf ? "UTC0" : "JST-9", 1);
    if (&bytes != pdf) std::this_thread::sleep_for(std::chrono::milliseconds(1100));
    const DrawnFigure drawn = draw(two_lines(), folder);
    ::unsetenv("TZ");
    EXPECT_EQ(drawn.error, "");
    EXPECT_NE(drawn.svg.find("<svg"), std::string::npos);
    std::ifstream in(folder / "two.pdf", std::ios::binary);
    bytes = {std::istreambuf_iterator<char>(in), {}};
  }
  EXPECT_TRUE(pdf[0] == pdf[1]) << "at another time, in another time zone";
}

TEST(Figure, TheProposedAlgorithmHasTheFirstColour) {
  Analysis analysis = testing::empty_analysis(1, 3);
  analysis.algorithms[0].proposed = false;
  analysis.algorithms[2].proposed = true;
  EXPECT_EQ(palette(analysis), (std::vector<std::size_t>{1, 2, 0}));
}

TEST(Figure, AnAlgorithmThatTrainsInNoTimeIsNamedInTheCaptionAndNotInTheLegend) {
  Analysis analysis = testing::synthetic_analysis(1, 3, 3);
  for (double& seconds : analysis.curves.wall_clock[0][2].x) seconds = 0;
  const Figure figure = wall_clock_figure(analysis, {});
  ASSERT_EQ(figure.panels.size(), 1U);
  EXPECT_EQ(figure.panels[0].series.size(), 2U);
  EXPECT_EQ(figure.legend.size(), 2U);
  EXPECT_NE(figure.caption.find("training takes next to no time: " + analysis.algorithms[2].label + "."),
            std::string::npos)
      << figure.caption;
}

TEST(Figure, EachPanelOverTimeNamesTheUnitOfItsTicks) {
  Analysis analysis = testing::synthetic_analysis(2, 2, 3);
  for (const std::size_t task : {0, 1}) {
    for (Curve& curve : analysis.curves.wall_clock[task]) {
      const double last = curve.x.back();
      for (double& seconds : curve.x) seconds *= (task == 0 ? 1200 : 10'800) / last;
    }
  }
  const Figure figure = wall_clock_figure(analysis, {});
  ASSERT_EQ(figure.panels.size(), 2U);
  EXPECT_EQ(figure.panels[0].x_label, "minutes of training");
  EXPECT_EQ(figure.panels[1].x_label, "hours of training");
  const std::string script = figure_script(figure);
  EXPECT_NE(script.find("'20' 1200"), std::string::npos) << script;
  EXPECT_NE(script.find(" 10800"), std::string::npos) << script;
}

TEST(Figure, AnAlgorithmThatTrainsInNoTimeOnOneTaskIsNamedWithTheTask) {
  Analysis analysis = testing::synthetic_analysis(2, 3, 3);
  for (double& seconds : analysis.curves.wall_clock[0][2].x) seconds = 0;
  const std::string caption = wall_clock_figure(analysis, {}).caption;
  EXPECT_NE(caption.find(analysis.algorithms[2].shown() + " on " + analysis.tasks[0].shown() + "."), std::string::npos)
      << caption;
}

TEST(Figure, SmoothingIsNamedWhereItIs) {
  Analysis analysis = testing::synthetic_analysis(2, 2, 3);
  analysis.curves.smoothing = "centered 3";
  EXPECT_NE(all_curves(analysis, {}).caption.find("smoothed (centered 3)"), std::string::npos);
  EXPECT_NE(efficiency_figure(analysis, {}).caption.find("smoothed (centered 3)"), std::string::npos);
  EXPECT_EQ(coverage_figure(analysis, {}).caption.find("smoothed"), std::string::npos);
}

TEST(Figure, APointWithoutAnIntervalHasNoneInItsDataEither) {
  Analysis analysis = testing::synthetic_analysis(2, 2, 3);
  for (Aggregate& aggregate : analysis.aggregates.algorithms) {
    for (Estimate* each : {&aggregate.median, &aggregate.iqm, &aggregate.mean, &aggregate.gap}) each->interval.reset();
  }
  const Figure figure = aggregate_figure(analysis, {});
  EXPECT_TRUE(figure.panels[0].series[0].low.empty());
  EXPECT_EQ(figure_script(figure).find("xerrorbars"), std::string::npos);
  EXPECT_NE(figure_csv(figure).find(",,\n"), std::string::npos) << figure_csv(figure);
}

TEST(Figure, OfRaggedRunsTheCaptionSaysTheMostAndTheFewest) {
  Analysis analysis = testing::synthetic_analysis(2, 2, 3);
  for (Aggregate& aggregate : analysis.aggregates.algorithms) aggregate.most = 6;
  for (Curve& curve : analysis.curves.aggregate) curve.most = 6;
  for (const auto make : {efficiency_figure, aggregate_figure, profile_figure})
    EXPECT_NE(make(analysis, {}).caption.find("N = 3 to 6"), std::string::npos) << make(analysis, {}).caption;
}

TEST(Figure, TimesSayWhichClockMeasuredThem) {
  Analysis analysis = testing::synthetic_analysis(1, 3, 3);
  for (const TrainingClock clock : {TrainingClock::kWall, TrainingClock::kProcessor, TrainingClock::kSharedWall}) {
    analysis.runtime.clock = clock;
    for (const Figure& figure : {wall_clock_figure(analysis, {}), efficiency_figure(analysis, {})})
      EXPECT_NE(figure.caption.find(to_text(clock)), std::string::npos) << figure.caption;
  }
}

TEST(Figure, TheAggregateCurveOfOwnBudgetsSaysWhatItsAxisIs) {
  Analysis analysis = testing::synthetic_analysis(2, 2, 3);
  EXPECT_EQ(efficiency_figure(analysis, {}).panels[0].x_label, "environment steps");
  EXPECT_EQ(efficiency_figure(analysis, {}).caption.find("budget"), std::string::npos);
  for (TaskInfo& task : analysis.tasks) task.protocol = analysis.protocol;
  analysis.tasks[1].protocol.environment_steps = 250'000;
  analysis.curves.by_share = true;
  const Figure figure = efficiency_figure(analysis, {});
  EXPECT_EQ(figure.panels[0].x_label, "share of each task's budget");
  EXPECT_EQ(figure.panels[0].x_axis, Axis::kNumber);
  EXPECT_NE(figure.caption.find("by environment steps: at the same share of each task's own budget"), std::string::npos)
      << figure.caption;
  for (const auto make : {efficiency_figure, aggregate_figure, profile_figure, improvement_figure})
    EXPECT_NE(make(analysis, {}).caption.find("Each task at its own budget: 250k environment steps, but "),
              std::string::npos);
}

TEST(Figure, FailedRunsThatHaveNoTimeAreNamed) {
  const Analysis analysis = testing::synthetic_analysis(1, 2, 3);
  ReportOptions options;
  EXPECT_EQ(wall_clock_figure(analysis, options).caption.find("Failed runs"), std::string::npos);
  options.failed = FailedRuns::kWorst;
  for (const auto make : {wall_clock_figure, coverage_figure})
    EXPECT_NE(make(analysis, options).caption.find("Failed runs, which count as the worst elsewhere, are left out."),
              std::string::npos);
  EXPECT_NE(efficiency_figure(analysis, options).caption.find("a failed run have no curve by training time"),
            std::string::npos);
}

TEST(Figure, TicksAreRoundNumbers) {
  EXPECT_EQ(round_ticks(0, 1e6, 5), (std::vector<double>{0, 250'000, 500'000, 750'000, 1'000'000}));
  EXPECT_EQ(round_ticks(0, 20'000, 5), (std::vector<double>{0, 5'000, 10'000, 15'000, 20'000}));
  EXPECT_EQ(round_ticks(0, 0, 5), std::vector<double>{0});
}

TEST(Figure, AnAxisHasTwoTicksAtLeast) {
  EXPECT_EQ(round_ticks(0.09, 0.86, 4), (std::vector<double>{0.25, 0.5, 0.75}));
  for (double low = 0; low < 1; low += 0.0137) {
    for (double width = 0.01; width < 3; width *= 1.17) {
      const std::size_t ticks = round_ticks(low, low + width, 4).size();
      EXPECT_GE(ticks, 2U) << low << " " << width;
      EXPECT_LE(ticks, 4U) << low << " " << width;
    }
  }
}

TEST(Figure, NamesWithSpecialCharactersAreDrawn) {
  const fs::path folder = fs::path(::testing::TempDir()) / "figure-names";
  fs::create_directories(folder);
  Figure figure{.name = "names", .title = "Names", .caption = "A figure.", .left_margin = 30};
  Panel panel;
  panel.title = "#1 task";
  panel.kind = Panel::Kind::kIntervals;
  panel.series = {{"#a 100%", 0, {0.5}, {0}, {0.4}, {0.6}}};
  panel.rows = {"#a 100% %s"};
  figure.panels = {panel};
  EXPECT_NE(figure_script(figure).find("'#a 100%% %%s' 0"), std::string::npos);
  if (!testing::gnuplot_available()) GTEST_SKIP() << "gnuplot is not installed";
  const DrawnFigure drawn = draw(figure, folder);
  EXPECT_EQ(drawn.error, "");
  EXPECT_NE(drawn.svg.find("#a 100% %s"), std::string::npos);
  EXPECT_EQ(drawn.endings.size(), 5U);
}

TEST(Figure, LabelsWithQuotesInAnyPlaceAreDrawn) {
  const fs::path folder = fs::path(::testing::TempDir()) / "figure-quotes";
  fs::create_directories(folder);
  if (!testing::gnuplot_available()) GTEST_SKIP() << "gnuplot is not installed";
  for (const char* label : {"'x", "''x'", "'", "x'y''z", "\"x\"", "a\",\"b", "'`date`", "\\'", "\"'$x"}) {
    Figure figure{.name = "quotes", .title = "Quotes", .caption = "A figure."};
    Panel panel;
    panel.title = panel.x_label = panel.y_label = label;
    panel.kind = Panel::Kind::kIntervals;
    panel.series = {{label, 0, {0.5}, {0}, {0.4}, {0.6}}};
    panel.rows = {label};
    figure.panels = {panel};
    figure.legend = {{label, 0}};
    EXPECT_EQ(draw(figure, folder).error, "") << label;
  }
}

// gnuplot cuts a label at the edge of the picture, without a word.
TEST(Figure, LongNamesLoseTheirMiddleAndNotTheEndInWhichTheyDiffer) {
  const std::string name(70, 'n');
  Figure figure{.name = "long", .title = "Long names", .caption = "A figure.", .left_margin = 40};
  Panel panel;
  panel.kind = Panel::Kind::kIntervals;
  for (const char* version : {"-v1", "-v2"}) {
    panel.title = "task-" + name + version;
    panel.rows = {name + "-v1", name + "-v2"};
    panel.series = {{name + "-v1", 0, {0.5}, {0}, {0.4}, {0.6}}};
    figure.panels.push_back(panel);
    figure.legend.push_back({name + version, figure.legend.size()});
  }
  const std::string script = figure_script(figure);
  EXPECT_EQ(script.find(name), std::string::npos) << "nothing of 70 characters fits";
  for (const char* part : {"set title 'task-n", "set label 1 'nn", "set label 3 'nn", "…nn"})
    EXPECT_NE(script.find(part), std::string::npos) << part;
  for (const char* version :
       {"nn-v1' offset", "nn-v2' offset", "nn-v1' at screen", "nn-v2' at screen", "nn-v1' 0", "nn-v2' 1"})
    EXPECT_NE(script.find(version), std::string::npos) << version << script;
}

TEST(Figure, TasksWhoseFileNamesWouldBeEqualGetDifferentOnes) {
  Analysis analysis = testing::synthetic_analysis(2, 1, 3);
  analysis.tasks[0].label = "a/b";
  analysis.tasks[1].label = "a-b";
  const auto figures = task_curves(analysis, {});
  ASSERT_EQ(figures.size(), 2U);
  EXPECT_EQ(figures[0].name, "curves-a-b");
  EXPECT_EQ(figures[1].name, "curves-a-b-2");
}

TEST(Figure, InlineDrawingsHaveTheirOwnIdsAndTheInkOfThePage) {
  const std::string svg =
      "<?xml version=\"1.0\"?>\n<svg viewBox=\"0 0 1 1\" xmlns=\"http://a\">\n<desc>x</desc><g id=\"p\" "
      "fill=\"black\"/>"
      "<use xlink:href='#p'/></svg>";
  EXPECT_EQ(inline_svg(svg, "f", "a & b"),
            "<svg role=\"img\" aria-label=\"a &amp; b\"  viewBox=\"0 0 1 1\">\n<g id=\"f-p\" fill=\"currentColor\"/>"
            "<use href='#f-p'/></svg>");
}

}  // namespace
}  // namespace tutti::reports
