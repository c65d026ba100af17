#pragma once

#include <string>
#include <vector>

namespace lvsd::bench {

// What was measured of one thing, a number a run.
class Samples {
 public:
  void add(double value) { values_.push_back(value); }
  bool empty() const { return values_.empty(); }

  // REQUIRES: not empty.
  double median() const;
  double least() const;
  double most() const;

 private:
  std::vector<double> values_;
};

// "12.3 (11.9 to 14.0)", and "-" where nothing was measured.
std::string text(const Samples& samples);

// How many times `of` the other one is, by the medians: "3.1x"; "-" where one is missing.
std::string ratio(const Samples& of, const Samples& other);

}  // namespace lvsd::bench
