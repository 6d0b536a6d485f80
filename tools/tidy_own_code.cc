// SPDX-License-Identifier: Apache-2.0
// A plugin for clang-tidy-19 by which every check looks at this project's code alone. Without it,
// all of a file's system headers are matched against all checks, which is nine tenths of the work;
// what is found there is thrown away in any case. Built and loaded by tools/tidy.py.
// How: matching begins with the translation unit, and its traversal scope is read after that, so a
// matcher on the unit can still narrow it (RecursiveASTVisitor::TraverseTranslationUnitDecl).
#include <vector>

#include <clang-tidy/ClangTidyCheck.h>
#include <clang-tidy/ClangTidyModule.h>
#include <clang-tidy/ClangTidyModuleRegistry.h>
#include <clang/AST/ASTContext.h>
#include <clang/ASTMatchers/ASTMatchFinder.h>

namespace {

class OwnCode : public clang::tidy::ClangTidyCheck {
 public:
  using ClangTidyCheck::ClangTidyCheck;

  void registerMatchers(clang::ast_matchers::MatchFinder* finder) override {
    finder->addMatcher(clang::ast_matchers::translationUnitDecl(), this);
  }

  void check(const clang::ast_matchers::MatchFinder::MatchResult& result) override {
    std::vector<clang::Decl*> own;
    for (clang::Decl* const decl : result.Context->getTranslationUnitDecl()->decls()) {
      const clang::SourceLocation at = decl->getLocation();
      if (at.isValid() && !result.SourceManager->isInSystemHeader(at)) {
        own.push_back(decl);
      }
    }
    result.Context->setTraversalScope(own);
  }
};

class Module : public clang::tidy::ClangTidyModule {
 public:
  void addCheckFactories(clang::tidy::ClangTidyCheckFactories& factories) override {
    factories.registerCheck<OwnCode>("podsysctl-own-code");
  }
};

}  // namespace

// The registry is how a plugin makes itself known; it is no part of the program.
static clang::tidy::ClangTidyModuleRegistry::Add<Module> registered("podsysctl", "own code only");
