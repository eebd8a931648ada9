// A figure as numbers and words, before gnuplot: what the plotted CSV, the script and the page share.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace tutti::reports {

/// One line of the legend: the same colour, dash pattern and point for the same algorithm in every figure.
struct Style {
  std::string label;
  std::size_t index = 0;  // into the palette
};

/// One algorithm's numbers in one panel. `low` and `high` are empty or as long as `x`.
struct Series {
  std::string label;
  std::size_t style = 0;  // into the palette
  std::vector<double> x, y;
  std::vector<double> low, high;               // band around y; in kIntervals the interval around x
  std::vector<std::vector<double>> runs = {};  // thin lines over the same x
};

/// What the ticks of a horizontal axis count.
enum class Axis { kNumber, kSteps, kSeconds };

/// One coordinate system.
struct Panel {
  enum class Kind {
    kLines,      // y against x with a band
    kSteps,      // the same as step functions
    kIntervals,  // one row for each series: a point at x on row y, with its interval
  };
  Kind kind = Kind::kLines;
  std::string title = {};
  std::string x_label = {};
  std::string y_label = {};
  Axis x_axis = Axis::kNumber;
  std::optional<double> x_low = {}, x_high = {};  // fixed limits
  std::optional<double> y_low = {}, y_high = {};
  std::optional<double> x_line = {};  // a thin vertical line, such as one half
  std::vector<Series> series = {};
  std::vector<std::string> rows = {};  // names of the rows of kIntervals, from the top
  std::string name = {};               // of its task, for the file of a figure of its own
};

/// What a panel over training time counts in.
struct TimeUnit {
  double seconds;
  const char* name;  // "minutes"
};
TimeUnit time_unit(const Panel& panel);

/// One figure: panels in a grid under one legend.
struct Figure {
  std::string name;     // file name without ending
  std::string title;    // one line
  std::string caption;  // what is shown, of how many runs, what the band is
  std::vector<Style> legend = {};
  std::vector<Panel> panels = {};
  std::size_t columns = 1;
  double width = 84;         // mm; 84 is a single column of a paper, 170 its text width
  double panel_height = 52;  // mm, with ticks and title
  double left_margin = 16;   // mm, for the tick labels of the first column
};

/// The plotted numbers: `panel,series,run,x,y,low,high`, series one after another in drawing order.
std::string figure_csv(const Figure& figure);

/// A script that draws `<name>.csv` beside it as `<name>.svg`, `.pdf` and `.png`.
std::string figure_script(const Figure& figure);

/// Tick positions for an axis from `low` to `high`: at most `most` of them, at round numbers.
/// Where the axis would have only one tick at that distance, they are closer: two to four.
std::vector<double> round_ticks(double low, double high, std::size_t most);

}  // namespace tutti::reports
