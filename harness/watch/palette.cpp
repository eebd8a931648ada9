#include "watch/palette.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>
#include <span>

namespace tutti::watch {
namespace {

constexpr int kCellBits = 5;  // of each channel: colours that agree in them are one
constexpr int kTolerance = 20;
constexpr std::size_t kStrangersPerThousand = 2;

int channel(Palette::Rgb color, int index) { return static_cast<int>(color >> (16 - 8 * index) & 255); }

Palette::Rgb cell_of(Palette::Rgb color) {
  constexpr Palette::Rgb kKept = 0xFF & ~((1U << (8 - kCellBits)) - 1);
  return color & (kKept << 16 | kKept << 8 | kKept);
}

// What the pixels of one cell come to.
struct Cell {
  std::array<std::int64_t, 3> sum{};
  std::int64_t pixels = 0;

  int mean(int index) const { return static_cast<int>(sum[static_cast<std::size_t>(index)] / pixels); }
};

std::vector<Cell> cells_of(const Frame& frame) {
  std::unordered_map<Palette::Rgb, std::size_t> places;
  std::vector<Cell> cells;
  for (std::size_t i = 0; i < frame.pixels.size(); i += 3) {
    const auto [place, is_new] = places.try_emplace(cell_of(color_at(&frame.pixels[i])), cells.size());
    if (is_new) cells.emplace_back();
    Cell& cell = cells[place->second];
    for (std::size_t k = 0; k < 3; ++k) cell.sum[k] += frame.pixels[i + k];
    ++cell.pixels;
  }
  return cells;
}

using Box = std::span<Cell>;

// The channel that the box is widest in, and how wide.
std::pair<int, int> widest(Box box) {
  std::pair<int, int> result{0, -1};
  for (int index = 0; index < 3; ++index) {
    const auto [low, high] = std::ranges::minmax(box, {}, [&](const Cell& cell) { return cell.mean(index); });
    const int width = high.mean(index) - low.mean(index);
    if (width > result.second) result = {index, width};
  }
  return result;
}

// Two boxes of about as many pixels each.
std::pair<Box, Box> split(Box box) {
  const int index = widest(box).first;
  std::ranges::stable_sort(box, {}, [&](const Cell& cell) { return cell.mean(index); });
  std::int64_t total = 0;
  for (const Cell& cell : box) total += cell.pixels;
  std::int64_t before = 0;
  std::size_t cut = 0;
  while (cut + 1 < box.size() && (cut == 0 || 2 * (before + box[cut].pixels) <= total)) before += box[cut++].pixels;
  return {box.first(cut), box.subspan(cut)};
}

Palette::Rgb mean_of(Box box) {
  Cell all;
  for (const Cell& cell : box) {
    for (std::size_t k = 0; k < 3; ++k) all.sum[k] += cell.sum[k];
    all.pixels += cell.pixels;
  }
  return static_cast<Palette::Rgb>(all.mean(0) << 16 | all.mean(1) << 8 | all.mean(2));
}

std::vector<Palette::Rgb> median_cut(std::vector<Cell> cells) {
  std::vector<Box> boxes = {Box(cells)};
  while (boxes.size() < Palette::kMostColors) {
    const auto box =
        std::ranges::max_element(boxes, {}, [](Box one) { return one.size() < 2 ? -1 : widest(one).second; });
    if (box->size() < 2) break;
    const auto [low, high] = split(*box);
    *box = low;
    boxes.push_back(high);
  }
  std::vector<Palette::Rgb> colors;
  for (const Box box : boxes) colors.push_back(mean_of(box));
  return colors;
}

int distance(Palette::Rgb a, Palette::Rgb b) {
  int largest = 0;
  for (int index = 0; index < 3; ++index) largest = std::max(largest, std::abs(channel(a, index) - channel(b, index)));
  return largest;
}

}  // namespace

Palette::Palette(const Frame& frame) {
  for (std::size_t i = 0; i < frame.pixels.size() && colors_.size() <= kMostColors; i += 3) {
    const Rgb color = color_at(&frame.pixels[i]);
    if (indices_.try_emplace(color, static_cast<std::uint8_t>(colors_.size())).second) colors_.push_back(color);
  }
  exact_ = colors_.size() <= kMostColors;
  if (exact_) return;
  indices_.clear();
  colors_ = median_cut(cells_of(frame));
}

bool Palette::covers(const Frame& frame) {
  if (colors_.empty()) return false;
  std::size_t strangers = 0;
  for (std::size_t i = 0; i < frame.pixels.size(); i += 3) {
    const Rgb color = color_at(&frame.pixels[i]);
    if (exact_) {
      if (!indices_.contains(color)) return false;
    } else if (distance(colors_[index_of(color)], color) > kTolerance) {
      ++strangers;
    }
  }
  return 1000 * strangers <= kStrangersPerThousand * frame.pixels.size() / 3;
}

std::uint8_t Palette::index_of(Rgb color) {
  const Rgb key = exact_ ? color : cell_of(color);
  if (const auto found = indices_.find(key); found != indices_.end()) return found->second;
  const Rgb middle = exact_ ? key : key | 0x040404;
  const auto squared = [&](Rgb other) {
    int sum = 0;
    for (int index = 0; index < 3; ++index) {
      const int difference = channel(middle, index) - channel(other, index);
      sum += difference * difference;
    }
    return sum;
  };
  const auto nearest = std::ranges::min_element(colors_, {}, squared) - colors_.begin();
  return indices_.emplace(key, static_cast<std::uint8_t>(nearest)).first->second;
}

}  // namespace tutti::watch
