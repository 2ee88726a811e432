// The program iwanto: one command line, one exit code.

#include <iostream>
#include <string>
#include <vector>

#include "app/cli/application.h"

int main(int argc, char** argv) {
    iwant::cli::Output output(std::cout, std::cerr, iwant::cli::Terminal::of_process());
    const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    return static_cast<int>(iwant::cli::run_program(arguments, output));
}
