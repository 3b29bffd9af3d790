// The command line of attnc.
include "llvm/Option/OptParser.td"

// Options without a visibility are of attnc alone.
def TuneOption : OptionVisibility;
class OfBoth : Visibility<[DefaultVis, TuneOption]>;
class OfTune : Visibility<[TuneOption]>;

class Both<string name> : Flag<["--", "-"], name>;
class BothJoined<string name> : Joined<["--", "-"], name>;

def output : JoinedOrSeparate<["-"], "o">, MetaVarName<"<file>">,
  HelpText<"Output; its suffix chooses what is made: .o .a .so .mlir .ll .s .dot; '-' is stdout">,
  HelpTextForVariants<[TuneOption], "Where the schedules go, for attnc --schedules=<file>">, OfBoth;
def output_long : BothJoined<"output=">, Alias<output>, OfBoth;
def emit : BothJoined<"emit=">, MetaVarName<"<kind>">,
  HelpText<"What to make when the suffix does not say: obj static shared exe mlir llvm asm dot header">;

def march : Joined<["-", "--"], "march=">, MetaVarName<"<cpu>">,
  HelpText<"Processor to compile for: native (default), x86-64-v2, -v3, -v4, or a name such as znver4; "
           "a,b: code for both, the best is picked at open">, OfBoth;
def vector_width : Joined<["-", "--"], "mprefer-vector-width=">, MetaVarName<"<bits>">,
  HelpText<"Vectors in kernels: 128, 256 or 512 bits; default: the processor's widest">, OfBoth;
def precision : BothJoined<"precision=">, MetaVarName<"<type>">,
  HelpText<"What linears multiply: f32 (default), bf16, or int8 with scales made from the weights and each row; "
           "f64: all is computed in it, arguments and results stay as they are written">, OfBoth;
def bind : Separate<["--", "-"], "bind">, MetaVarName<"<S=1..512>">,
  HelpText<"Range of a dimension; several with commas: B=1..32,S=1..512">, OfBoth;
def bind_joined : BothJoined<"bind=">, Alias<bind>, OfBoth;
def backend : BothJoined<"backend=">, MetaVarName<"<name>">,
  HelpText<"Who makes the code of kernels: auto (default), llvm, or halide where it can">, OfBoth;
foreach level = 0-3 in
  def O#level : Flag<["-"], "O"#level>, HelpText<!if(!eq(level, 3), "Optimise fully (default)", "Optimise less")>,
    Flags<!if(!eq(level, 3), [], [HelpHidden])>;
def prefix : BothJoined<"prefix=">, MetaVarName<"<name>">,
  HelpText<"What the C functions' names begin with; default: the output's name">;

def weights : BothJoined<"weights=">, MetaVarName<"<file>">,
  HelpText<"The safetensors file that holds the model's weights">, OfBoth;
def embed_weights : Both<"embed-weights">,
  HelpText<"Put the packed weights into the output instead of <output>.weights">;
def convert_weights : Both<"convert-weights">,
  HelpText<"Allow weights of another float type in the file; they are converted">, OfBoth;

def schedules : BothJoined<"schedules=">, MetaVarName<"<file>">,
  HelpText<"Schedules for kernels, as attnc tune finds them for a machine">, OfBoth;

def stop_after : BothJoined<"stop-after=">, MetaVarName<"<stage>">,
  HelpText<"Print the IR after simplify, fuse, tile, lower or emit">;
def dump_stages : BothJoined<"dump-stages=">, MetaVarName<"<dir>">,
  HelpText<"Write the IR after each stage into this folder">;
def explain : Both<"explain">, HelpText<"Tell on stdout what was decided for each kernel">;
def explain_as : BothJoined<"explain=">, MetaVarName<"json">, HelpText<"The same as JSON">;
def require_fused : Both<"require-fused">,
  HelpText<"Fail if an attention is not computed in one pass">;
def require_linear : Both<"require-linear">,
  HelpText<"Fail if an attention's time grows with queries times keys">;
def ftime_report : Flag<["-", "--"], "ftime-report">, HelpText<"Tell on stderr how long each stage took">;
def trace_commands : Flag<["-"], "###">, HelpText<"Print the commands that would link, and run nothing">;
def verbose : Flag<["-"], "v">, HelpText<"Print the commands that link">,
  HelpTextForVariants<[TuneOption], "Tell what each schedule took">, OfBoth;
def verbose_long : Flag<["--"], "verbose">, Alias<verbose>, OfBoth;
def help : Both<"help">, HelpText<"This text">, OfBoth;
def help_short : Flag<["-"], "h">, Alias<help>, OfBoth;
def version : Both<"version">, HelpText<"The version of attnc and LLVM">;

def input : BothJoined<"input=">, MetaVarName<"<name=source>">,
  HelpText<"What to time the model on, as attn-run takes it: q=random:1:[8,512,64]">, OfTune;
def threads : BothJoined<"threads=">, MetaVarName<"<n>">, HelpText<"Threads of a run; default: all">, OfTune;
def sweeps : BothJoined<"sweeps=">, MetaVarName<"<n>">,
  HelpText<"How often to look around the best schedules found (2)">, OfTune;
def rounds : BothJoined<"rounds=">, MetaVarName<"<n>">,
  HelpText<"Timed runs of each schedule; its time is the least (7)">, OfTune;
