// The command line of attnc.
include "llvm/Option/OptParser.td"

class Both<string name> : Flag<["--", "-"], name>;
class BothJoined<string name> : Joined<["--", "-"], name>;

def output : JoinedOrSeparate<["-"], "o">, MetaVarName<"<file>">,
  HelpText<"Output; its suffix chooses what is made: .o .a .so .mlir .ll .s .dot; '-' is stdout">;
def output_long : BothJoined<"output=">, Alias<output>;
def emit : BothJoined<"emit=">, MetaVarName<"<kind>">,
  HelpText<"What to make when the suffix does not say: obj static shared exe mlir llvm asm dot header">;

def march : Joined<["-", "--"], "march=">, MetaVarName<"<cpu>">,
  HelpText<"Processor to compile for: native (default), x86-64-v2, -v3, -v4, or a name such as znver4; "
           "a,b: code for both, the best is picked at open">;
def vector_width : Joined<["-", "--"], "mprefer-vector-width=">, MetaVarName<"<bits>">,
  HelpText<"Vectors in kernels: 128, 256 or 512 bits; default: the processor's widest">;
def precision : BothJoined<"precision=">, MetaVarName<"<type>">,
  HelpText<"What linears multiply: f32 (default), bf16, or int8 with scales made from the weights and each row">;
def bind : Separate<["--", "-"], "bind">, MetaVarName<"<S=1..512>">,
  HelpText<"Range of a dimension; several with commas: B=1..32,S=1..512">;
def bind_joined : BothJoined<"bind=">, Alias<bind>;
def backend : BothJoined<"backend=">, MetaVarName<"<name>">,
  HelpText<"Who makes the code of kernels: auto (default), llvm, or halide where it can">;
foreach level = 0-3 in
  def O#level : Flag<["-"], "O"#level>, HelpText<!if(!eq(level, 3), "Optimise fully (default)", "Optimise less")>,
    Flags<!if(!eq(level, 3), [], [HelpHidden])>;
def prefix : BothJoined<"prefix=">, MetaVarName<"<name>">,
  HelpText<"What the C functions' names begin with; default: the output's name">;

def weights : BothJoined<"weights=">, MetaVarName<"<file>">,
  HelpText<"The safetensors file that holds the model's weights">;
def embed_weights : Both<"embed-weights">,
  HelpText<"Put the packed weights into the output instead of <output>.weights">;
def convert_weights : Both<"convert-weights">,
  HelpText<"Allow weights of another float type in the file; they are converted">;

def stop_after : BothJoined<"stop-after=">, MetaVarName<"<stage>">,
  HelpText<"Print the IR after simplify, fuse, tile, lower or emit">;
def dump_stages : BothJoined<"dump-stages=">, MetaVarName<"<dir>">,
  HelpText<"Write the IR after each stage into this folder">;
def explain : Both<"explain">, HelpText<"Tell on stdout what was decided for each kernel">;
def explain_as : BothJoined<"explain=">, MetaVarName<"json">, HelpText<"The same as JSON">;
def require_fused : Both<"require-fused">,
  HelpText<"Fail if an attention is not computed in one pass">;
def ftime_report : Flag<["-", "--"], "ftime-report">, HelpText<"Tell on stderr how long each stage took">;
def trace_commands : Flag<["-"], "###">, HelpText<"Print the commands that would link, and run nothing">;
def verbose : Flag<["-"], "v">, HelpText<"Print the commands that link">;
def verbose_long : Flag<["--"], "verbose">, Alias<verbose>;
def help : Both<"help">, HelpText<"This text">;
def help_short : Flag<["-"], "h">, Alias<help>;
def version : Both<"version">, HelpText<"The version of attnc and LLVM">;
