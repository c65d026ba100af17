#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace lvsd::test {

// Files as found in public, each with the table that keepalived made of it: $LVSD_CORPUS, or
// ../shared/corpus beside the project. Empty where it is absent.
std::vector<std::filesystem::path> corpus_files();

// The project's own files: test/data/config/*.conf.
std::vector<std::filesystem::path> own_files();

// Both.
std::vector<std::filesystem::path> all_files();

// The table beside a file, as `ipvsadm -Sn` printed it: a line an entry, sorted.
std::vector<std::string> table_lines(const std::filesystem::path& file);
bool has_table(const std::filesystem::path& file);

// What lvsd made of a file.
struct Outcome {
  std::vector<std::string> lines;  // as `ipvsadm -Sn` prints them; in any order
  std::string refusal;             // the errors of a file that was not taken
};

// Compares the table beside each file with what `outcome` has of it. Prints how many are equal and
// every difference; one that test/data/corpus_differences.txt does not want fails the test, and so
// does a wanted one that is gone.
void compare_tables(const std::string& what, const std::vector<std::filesystem::path>& files,
                    const std::function<Outcome(const std::filesystem::path&)>& outcome);

}  // namespace lvsd::test
