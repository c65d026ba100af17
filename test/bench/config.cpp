// How long it takes to read a large configuration file, and how much memory, beside keepalived's
// own test of the same file in the same run.
//
//   config_load LVSD [PAIRS]
//
// The file has 5,000 virtual servers with 10 real servers each, all checked; a tenth of it shows
// whether time grows with size and no faster, and so do a few files of shapes that nobody writes by
// hand. Runs alternate, so that what else the machine does falls on both.

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using Command = std::vector<std::string>;
namespace fs = std::filesystem;

constexpr int servers_each = 10;
constexpr int keepalived_found_errors = 5;  // it takes a defaulted word for one

struct Cost {
  double seconds = 0;      // on the wall
  double cpu_seconds = 0;  // user and system
  double megabytes = 0;    // resident, at most
};

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

Cost cost_of(const Command& command) {
  std::vector<char*> arguments;
  for (const std::string& word : command)
    arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t silent;
  posix_spawn_file_actions_init(&silent);
  posix_spawn_file_actions_addopen(&silent, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&silent, STDOUT_FILENO, STDERR_FILENO);

  const auto start = std::chrono::steady_clock::now();
  pid_t pid = -1;
  if (::posix_spawnp(&pid, arguments[0], &silent, nullptr, arguments.data(), environ) != 0)
    throw std::runtime_error("cannot start " + command[0]);
  int status = 0;
  rusage usage{};
  ::wait4(pid, &status, 0, &usage);
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  posix_spawn_file_actions_destroy(&silent);

  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  if (code != 0 && code != keepalived_found_errors)
    throw std::runtime_error(fmt::format("{} ended with {}", command[0], code));
  return {wall.count(), seconds(usage.ru_utime) + seconds(usage.ru_stime),
          static_cast<double>(usage.ru_maxrss) / 1024};
}

std::string address(int network, int number) {
  return fmt::format("{}.{}.{}.{}", network, number / 65025 + 16, number / 255 % 255,
                     number % 255 + 1);
}

void write_file(const fs::path& path, int services) {
  std::ofstream out(path);
  for (int i = 0; i < services; ++i) {
    out << "virtual_server " << address(10, i) << " 80 {\n"
        << "    delay_loop 6\n    lvs_sched rr\n    lvs_method NAT\n    protocol TCP\n";
    for (int j = 0; j < servers_each; ++j)
      out << "    real_server " << address(172, i * servers_each + j) << " 8080 {\n"
          << "        weight 10\n        TCP_CHECK {\n            connect_timeout 3\n"
          << "            retry 2\n            delay_before_retry 1\n        }\n    }\n";
    out << "}\n";
  }
  if (!out.flush()) throw std::runtime_error("cannot write " + path.string());
}

// Files that nobody writes by hand, `size` of what they are made of: their cost must grow with it.
struct Shape {
  const char* name;
  std::string (*text)(int size);
};

std::string server(int number, const std::string& contents) {
  return "real_server " + address(172, number) + " 80 {\n" + contents + "}\n";
}

std::string service(int number, const std::string& contents) {
  return "virtual_server " + address(10, number) + " 80 {\nprotocol TCP\n" + contents + "}\n";
}

template <class Piece>
std::string joined(int size, const Piece& piece) {
  std::string out;
  for (int i = 0; i < size; ++i)
    out += piece(i);
  return out;
}

std::string track_files(int size) {
  return joined(size,
                [](int i) { return fmt::format("track_file t{0} {{\nfile /t{0}\n}}\n", i); }) +
         service(1, joined(size, [](int i) {
                   return server(i, fmt::format("FILE_CHECK {{\ntrack_file t{}\n}}\n", i));
                 }));
}

std::string sorry_methods(int size) {
  return service(1, server(1, "") + joined(size, [](int i) {
                      return "sorry_server " + address(172, i) +
                             " 80\nsorry_server_lvs_method DR\n";
                    }));
}

std::string late_groups(int size) {
  const auto one_of_two = [](int i) {
    if (i % 2 == 0) return service(i, server(i, ""));
    return fmt::format("virtual_server group g{} {{\nprotocol TCP\n{}}}\n", i, server(i, ""));
  };
  const auto group = [](int i) {
    return fmt::format("virtual_server_group g{} {{\n{} 80\n}}\n", i, address(11, i));
  };
  return joined(size, one_of_two) + joined(size, group);
}

std::string different_checks(int size) {
  return service(1, joined(size, [](int i) {
                   return server(i, fmt::format("DNS_CHECK {{\nname a\nanswer {}\nfwmark {}\n"
                                                "warmup {}\n}}\n",
                                                i, i, i));
                 }));
}

constexpr Shape shapes[] = {{"track_files and their checks", track_files},
                            {"sorry_server_lvs_method", sorry_methods},
                            {"groups that come late", late_groups},
                            {"checks that all differ", different_checks}};

struct Spread {
  double median = 0;
  double least = 0;
  double most = 0;
};

Spread spread(const std::vector<Cost>& costs, double Cost::*member) {
  std::vector<double> values;
  for (const Cost& cost : costs)
    values.push_back(cost.*member);
  std::sort(values.begin(), values.end());
  return {values[values.size() / 2], values.front(), values.back()};
}

void print(const std::string& what, const std::vector<Cost>& costs) {
  const Spread wall = spread(costs, &Cost::seconds);
  const Spread cpu = spread(costs, &Cost::cpu_seconds);
  const Spread memory = spread(costs, &Cost::megabytes);
  fmt::print("{:<28} {:.3f} s ({:.3f} to {:.3f})   CPU {:.3f} s ({:.3f} to {:.3f})   {:.1f} MB\n",
             what, wall.median, wall.least, wall.most, cpu.median, cpu.least, cpu.most,
             memory.median);
}

double ratio(const std::vector<Cost>& a, const std::vector<Cost>& b, double Cost::*member) {
  return spread(a, member).median / spread(b, member).median;
}

void run(const std::string& lvsd, int pairs, const fs::path& folder) {
  const fs::path large = folder / "large.conf";
  const fs::path tenth = folder / "tenth.conf";
  write_file(large, 5000);
  write_file(tenth, 500);

  std::vector<Cost> ours;
  std::vector<Cost> ours_tenth;
  std::vector<Cost> theirs;
  for (int i = 0; i < pairs; ++i) {
    ours.push_back(cost_of({lvsd, "--check-config", "--config", large}));
    theirs.push_back(cost_of({"keepalived", "-t", "-f", large}));
    ours_tenth.push_back(cost_of({lvsd, "--check-config", "--config", tenth}));
  }
  fmt::print("5,000 x {} with TCP_CHECK, {} pairs: median (least to most)\n", servers_each, pairs);
  print("keepalived -t", theirs);
  print("lvsd --check-config", ours);
  print("lvsd, a tenth of the file", ours_tenth);
  fmt::print(
      "keepalived takes {:.1f} times the time, {:.1f} times the CPU, {:.2f} times the memory\n",
      ratio(theirs, ours, &Cost::seconds), ratio(theirs, ours, &Cost::cpu_seconds),
      ratio(theirs, ours, &Cost::megabytes));
  fmt::print("10 times the file takes {:.1f} times the time, {:.1f} times the CPU\n",
             ratio(ours, ours_tenth, &Cost::seconds), ratio(ours, ours_tenth, &Cost::cpu_seconds));
}

// What ten times as much costs, for each shape.
void run_shapes(const std::string& lvsd, int pairs, const fs::path& folder) {
  constexpr int small = 2000;
  for (const Shape& shape : shapes) {
    std::vector<Cost> costs[2];
    const fs::path files[] = {folder / "small.conf", folder / "ten.conf"};
    for (const int which : {0, 1})
      std::ofstream(files[which]) << shape.text(which == 0 ? small : 10 * small);
    for (int i = 0; i < pairs; ++i)
      for (const int which : {0, 1})
        costs[which].push_back(cost_of({lvsd, "--check-config", "--config", files[which]}));
    fmt::print("{:<28} 10 times the file takes {:.1f} times the CPU ({:.3f} s)\n", shape.name,
               ratio(costs[1], costs[0], &Cost::cpu_seconds),
               spread(costs[1], &Cost::cpu_seconds).median);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: config_load LVSD [PAIRS]\n");
    return 2;
  }
  std::string folder = fs::temp_directory_path() / "config-load-XXXXXX";
  if (::mkdtemp(folder.data()) == nullptr) return 1;
  int code = 0;
  try {
    const int pairs = argc > 2 ? std::max(1, std::atoi(argv[2])) : 9;
    run(argv[1], pairs, folder);
    run_shapes(argv[1], pairs, folder);
  } catch (const std::exception& error) {
    fmt::print(stderr, "config_load: {}\n", error.what());
    code = 1;
  }
  fs::remove_all(folder);
  return code;
}
