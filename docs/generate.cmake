# Writes ops.md and passes.md into OUT, with mlir-tblgen.
#   cmake -DTBLGEN=mlir-tblgen -DMLIR_INCLUDE=<dir> -DSOURCE=<repository> -DOUT=<dir> -P docs/generate.cmake
function(generate out_variable definitions)
  execute_process(COMMAND ${TBLGEN} ${ARGN} -I ${SOURCE} -I ${MLIR_INCLUDE} ${SOURCE}/${definitions}
    OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
  set(${out_variable} "${text}" PARENT_SCOPE)
endfunction()

generate(ops dialect/AttnOps.td -gen-dialect-doc -dialect=attn)
file(WRITE ${OUT}/ops.md "${ops}")

set(passes "# Passes, by stage\n")
foreach(stage simplify fuse tile lower emit)
  if(EXISTS ${SOURCE}/compiler/${stage}/Passes.td)
    generate(page compiler/${stage}/Passes.td -gen-pass-doc)
    string(APPEND passes "\n## ${stage}\n\n${page}")
  endif()
endforeach()
file(WRITE ${OUT}/passes.md "${passes}")
